"""Models of Keras: `.keras`, `.weights.h5` and the older `.h5` and `.hdf5`; Keras never runs."""

from __future__ import annotations

from lstmviz.models.keras.files import read

__all__ = ["read"]
