"""Files of one large LSTM in every format that opens, made with NumPy alone.

What NumPy cannot write is put together byte by byte, as in the tests of the readers. To see files
that the frameworks themselves wrote, give them to `benchmarks.opening`.
"""

from __future__ import annotations

import json
import sys

import numpy as np

from benchmarks.common import ROOT

sys.path.append(str(ROOT / "tests" / "models"))

import hdf5bytes
import onnxbytes
import torchbytes

CELLS = 2560
"""Two matrices of 4 × 2,560 × 2,560 numbers are 200 MB."""


def matrices():
    """Input and recurrent weights (4C, C), and two biases (4C,)."""
    rng = np.random.default_rng(0)
    rows = 4 * CELLS
    shapes = ((rows, CELLS), (rows, CELLS), (rows,), (rows,))
    return [0.01 * rng.standard_normal(shape, np.float32) for shape in shapes]


def arrays():
    """The weights by PyTorch's names."""
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    return {f"rnn.{name}": array for name, array in zip(names, matrices(), strict=True)}


def write_safetensors(path):
    """A header, then the numbers."""
    header, at, data = {}, 0, []
    for name, array in arrays().items():
        header[name] = torchbytes.entry(array.shape, at)
        at += array.nbytes
        data.append(array.tobytes())
    path.write_bytes(torchbytes.tensors_file(header, b"".join(data)))


def write_npz(path):
    """As numpy.savez writes it."""
    np.savez(path, **arrays())


def write_torch(path):
    """A state_dict as torch.save writes it."""
    entries, storages = {}, {}
    for key, (name, array) in enumerate(arrays().items()):
        strides = (array.shape[1], 1) if array.ndim == 2 else (1,)
        stored = torchbytes.stored(str(key), array.size)
        entries[name] = torchbytes.tensor(array.shape, strides, storage=stored)
        storages[str(key)] = array.tobytes()
    pickle = torchbytes.pickled(torchbytes.mapping(entries))
    path.write_bytes(torchbytes.archive(pickle, storages))


def keras_layer():
    """The layer's description, and its kernels (I, 4C) and (C, 4C) and bias (4C,)."""
    inputs, recurrent, bias, _ = matrices()
    layer = hdf5bytes.layer(units=CELLS)
    config = hdf5bytes.sequential(layer)
    return config, [inputs.reshape(CELLS, -1), recurrent.reshape(CELLS, -1), bias]


def write_keras(path):
    """As Keras 3 saves a whole model."""
    config, values = keras_layer()
    file = hdf5bytes.File()
    inner = {str(k): hdf5bytes.array(file, each) for k, each in enumerate(values)}
    group = hdf5bytes.group(file, inner)
    for name in reversed(hdf5bytes.CELL.split("/")):
        group = hdf5bytes.group(file, {name: group})
    path.write_bytes(hdf5bytes.keras(config, file.done(group)))


def write_h5(path):
    """As Keras 2 saves a whole model."""
    config, values = keras_layer()
    path.write_bytes(hdf5bytes.legacy(json.dumps(config), values=values))


def write_onnx(path):
    """One LSTM node and its initializers."""
    inputs, recurrent, *biases = matrices()
    given = {"W": inputs[None], "R": recurrent[None], "B": np.concatenate(biases)[None]}
    tensors = [onnxbytes.tensor(name, values) for name, values in given.items()]
    node = onnxbytes.lstm(("X", *given), hidden_size=CELLS)
    path.write_bytes(onnxbytes.model(onnxbytes.graph([node], tensors)))


WRITERS = {
    ".safetensors": write_safetensors,
    ".npz": write_npz,
    ".pt": write_torch,
    ".keras": write_keras,
    ".h5": write_h5,
    ".onnx": write_onnx,
}
