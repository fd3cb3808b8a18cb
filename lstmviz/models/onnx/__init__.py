"""Models of ONNX, read without its library: of the format only what an LSTM needs is decoded.

The `onnx` package is 31 MB with its protobuf runtime and decodes a whole file before anything of
it can be checked; the messages needed here are six.
"""

from __future__ import annotations

from lstmviz.models.onnx.files import read

__all__ = ["read"]
