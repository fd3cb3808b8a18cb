"""PyTorch's files put together byte by byte, right and wrong ones, without torch."""

import io
import json
import struct
import zipfile

import numpy as np


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return b"X" + struct.pack("<I", len(data)) + data


def whole(value):
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def row(values):
    return b"(" + b"".join(whole(n) for n in values) + b"t"


def named(name):
    module, _, last = name.rpartition(".")
    return b"c" + f"{module}\n{last}\n".encode()


def called(name, *arguments, protocol=2):
    """A call of a function by its full name; protocol 4 names it from the stack."""
    if protocol < 4:
        function = named(name)
    else:
        module, _, last = name.rpartition(".")
        function = text(module) + text(last) + b"\x93"
    return function + b"(" + b"".join(arguments) + b"tR"


def stored(key="0", numbers=16, kind="torch.FloatStorage"):
    """A storage by its persistent id."""
    identity = text("storage") + named(kind) + text(key) + text("cpu") + whole(numbers)
    return b"(" + identity + b"tQ"


def tensor(shape=(8, 2), strides=(2, 1), offset=0, storage=None, start=b""):
    """A tensor as torch.save writes it; `start` comes before its arguments."""
    hooks = named("collections.OrderedDict") + b")R"
    arguments = (storage or stored()) + whole(offset) + row(shape) + row(strides) + b"\x89" + hooks
    return named("torch._utils._rebuild_tensor_v2") + b"(" + start + arguments + b"tR"


def mapping(entries):
    """An OrderedDict of name → pickled value."""
    rows = b"".join(text(name) + value for name, value in entries.items())
    return named("collections.OrderedDict") + b")R(" + rows + b"u"


def lstm(prefix="lstm.", **changed):
    """The entries of an LSTM(2, 2) over storages 0 to 3, some of them changed."""
    entries = {
        "weight_ih_l0": tensor(),
        "weight_hh_l0": tensor(storage=stored("1")),
        "bias_ih_l0": tensor((8,), (1,), storage=stored("2", 8)),
        "bias_hh_l0": tensor((8,), (1,), storage=stored("3", 8)),
    }
    return {prefix + name: value for name, value in (entries | changed).items() if value}


def pickled(value, protocol=2):
    return bytes([0x80, protocol]) + value + b"."


def numbers(count, seed=0):
    return np.random.default_rng(seed).normal(size=count).astype("<f4").tobytes()


STORAGES = {"0": numbers(16), "1": numbers(16, 1), "2": numbers(8, 2), "3": numbers(8, 3)}


def archive(pickle, storages=None, extra=(), packing=zipfile.ZIP_STORED, root="m/"):
    """A zip like torch.save's; `extra` are more (name, bytes)."""
    rows = [(f"{root}data.pkl", pickle), (f"{root}byteorder", b"little")]
    rows += [(f"{root}data/{key}", data) for key, data in (storages or STORAGES).items()]
    return zipped([*rows, (f"{root}version", b"3\n"), *extra], packing)


def zipped(rows, packing=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as file:
        for name, data in rows:
            file.writestr(zipfile.ZipInfo(name), data, packing)
    return stream.getvalue()


def checkpoint(prefix="lstm.", **changed):
    """A whole state_dict of an LSTM, some entries changed."""
    return archive(pickled(mapping(lstm(prefix, **changed))))


OLD_START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."


def old(value, keys=("0", "1", "2", "3"), counts=(16, 16, 8, 8)):
    """A file the way before PyTorch 1.6."""
    system = b"}" + text("little_endian") + b"\x88s"
    data = OLD_START + pickled(whole(1001)) + pickled(system) + pickled(value)
    data += pickled(b"](" + b"".join(map(text, keys)) + b"e")
    for key, count in zip(keys, counts, strict=True):
        data += struct.pack("<Q", count) + STORAGES.get(key, b"")
    return data


def tensors_file(entries, data, metadata=None, length=None):
    """A .safetensors of header entries and bytes."""
    header = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    if metadata is not None:
        header = json.dumps({"__metadata__": metadata, **entries}).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def entry(shape, start, dtype="F32", size=None):
    size = int(np.prod(shape, dtype=object)) * 4 if size is None else size
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, start + size]}


ENTRIES = {
    "lstm.weight_ih_l0": entry((8, 2), 0),
    "lstm.weight_hh_l0": entry((8, 2), 64),
    "lstm.bias_ih_l0": entry((8,), 128),
    "lstm.bias_hh_l0": entry((8,), 160),
}
"""The header of an LSTM(2, 2), whose numbers take 192 bytes."""


def safetensors(metadata=None, **changed):
    """An LSTM(2, 2) as .safetensors, some entries changed (None: left out)."""
    entries = ENTRIES | {f"lstm.{name}": value for name, value in changed.items()}
    entries = {name: value for name, value in entries.items() if value is not None}
    return tensors_file(entries, numbers(48), metadata)


def exported(graph=None, **changed):
    """An LSTM(2, 2) as .pt2, some rows of its list of weights changed; `graph` is its program."""
    rows = {}
    for index, (name, each) in enumerate(ENTRIES.items()):
        shape = each["shape"]
        strides = [2, 1] if len(shape) == 2 else [1]
        meta = {"dtype": 7, "sizes": shape, "strides": strides, "storage_offset": {"as_int": 0}}
        rows[name] = {"path_name": f"weight_{index}", "use_pickle": False, "tensor_meta": meta}
    for name, change in changed.items():
        rows[f"lstm.{name}"] = change(rows[f"lstm.{name}"])
    files = [(f"m/data/weights/weight_{k}", data) for k, data in enumerate(STORAGES.values())]
    config = json.dumps({"config": rows}).encode()
    files.append(("m/data/weights/model_weights_config.json", config))
    return zipped([*files, ("m/models/model.json", json.dumps(graph).encode())])


def program(**given):
    """A program of one LSTM node over the weights of `exported`, with these inputs besides."""
    rows = {"params": {"as_tensors": [{"name": "p_lstm_weight_ih_l0"}]}} | given
    inputs = [{"name": name, "arg": value} for name, value in rows.items()]
    node = {"target": "torch.ops.aten.lstm.input", "inputs": inputs}
    return {"graph_module": {"graph": {"nodes": [node]}}}
