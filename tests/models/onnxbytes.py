"""ONNX files written byte by byte, by the field numbers of onnx.proto."""

import struct

import numpy as np


def varint(value):
    """A number of variable length."""
    value %= 2**64
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes([*data, value])


def block(number, data):
    """A field of bytes."""
    data = data.encode() if isinstance(data, str) else bytes(data)
    return varint(number << 3 | 2) + varint(len(data)) + data


def whole(number, value):
    """A field of one whole number."""
    return varint(number << 3) + varint(value)


def tensor(name, values=None, *, shape=None, kind=1, raw=None, more=b""):
    """A TensorProto of float32 numbers, or of what is given."""
    if values is not None:
        values = np.asarray(values)
        shape = values.shape if shape is None else shape
        kind = {"f": 1, "i": 7}[values.dtype.kind] if kind == 1 else kind
        raw = values.astype({1: "<f4", 7: "<i8"}.get(kind, values.dtype)).tobytes()
    data = b"".join(whole(1, size) for size in shape) + whole(2, kind) + block(8, name)
    return data + (block(9, raw) if raw is not None else b"") + more


def attribute(name, value):
    """An AttributeProto: a whole number, text, list, tensor (bytes) or graph (in a tuple)."""
    data = block(1, name)
    if isinstance(value, int):
        return data + whole(3, value)
    if isinstance(value, float):
        return data + varint(2 << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, str):
        return data + block(4, value)
    if isinstance(value, bytes):
        return data + block(5, value)
    if isinstance(value, tuple):
        return data + block(6, value[0])
    rows = (whole(8, each) if isinstance(each, int) else block(9, each) for each in value)
    return data + b"".join(rows)


def node(op, inputs, outputs, **attributes):
    """A NodeProto, named after its operator."""
    data = b"".join(block(1, name) for name in inputs)
    data += b"".join(block(2, name) for name in outputs)
    data += block(3, op.lower()) + block(4, op)
    return data + b"".join(block(5, attribute(k, v)) for k, v in attributes.items())


def sized(name, *sizes):
    """A ValueInfoProto of float32 with these sizes, 0 for an open one."""
    rows = (block(1, whole(1, size) if size else block(2, "n")) for size in sizes)
    return block(1, name) + block(2, block(1, whole(1, 1) + block(2, b"".join(rows))))


def graph(nodes, tensors=(), inputs=("X",), outputs=("Y",)):
    """A GraphProto; an input is a name or what `sized` makes."""
    data = b"".join(block(1, each) for each in nodes) + b"".join(block(5, each) for each in tensors)
    rows = (each if isinstance(each, bytes) else block(1, each) for each in inputs)
    data += b"".join(block(11, each) for each in rows)
    return data + b"".join(block(12, block(1, name)) for name in outputs)


def model(data, more=b""):
    """A ModelProto."""
    return whole(1, 8) + block(2, "by hand") + block(7, data) + block(8, whole(2, 17)) + more


def weights(width=3, size=2, seed=0):
    """W, R and B of a small LSTM."""
    rng = np.random.default_rng(seed)
    shapes = {"W": (1, 4 * size, width), "R": (1, 4 * size, size), "B": (1, 8 * size)}
    return {name: rng.normal(size=shape).astype("<f4") for name, shape in shapes.items()}


def lstm(inputs=("X", "W", "R", "B"), outputs=("Y",), **attributes):
    """An LSTM node."""
    return node("LSTM", inputs, outputs, **({"hidden_size": 2} | attributes))


def small(nodes=(), tensors=None, lstm_node=None):
    """A model of one LSTM; `tensors` replace or join its own, `nodes` stand before it."""
    own = {name: tensor(name, values) for name, values in weights().items()}
    given = own | (tensors or {})
    return model(graph([*nodes, lstm_node or lstm()], [data for data in given.values() if data]))


def written(folder, data):
    """A file of these bytes in a folder; returns where."""
    path = folder / "model.onnx"
    path.write_bytes(data)
    return path
