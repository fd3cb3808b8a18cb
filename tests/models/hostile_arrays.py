"""Files of named arrays that attack their reader: safetensors, torch.export and NumPy."""

import struct
import zipfile

import numpy as np
from torchbytes import (
    ENTRIES,
    entry,
    exported,
    program,
    safetensors,
    tensors_file,
    zipped,
)

HALF = {"dtype": "F16", "shape": [8, 2], "data_offsets": [0, 64]}
SAFETENSORS = {
    "a lone surrogate for a name": (
        tensors_file(rb'{"\ud800": {"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
        r"a tensor named '\\ud800'",
    ),
    "a name of a million letters": (
        tensors_file({"a" * 10**6: entry((1,), 0)}, bytes(4)),
        "a tensor named 'aaa",
    ),
    "an empty safetensors": (b"", "claims a header"),
    "a header of 2^63": (tensors_file(ENTRIES, b"", length=2**63 - 1), "claims a header of"),
    "a header longer than the file": (tensors_file(ENTRIES, b"", length=9999), "claims a header"),
    "a header that is no JSON": (tensors_file(b"{]", b""), "not JSON"),
    "a header that is a list": (tensors_file(b"[]", b""), "no object"),
    "a header that is no UTF-8": (tensors_file(b'{"\xff": 1}', b""), "not JSON"),
    "brackets without end": (tensors_file(b"[" * 200_000, b""), "not JSON"),
    "objects without end": (tensors_file(b'{"a":' * 200_000, b""), "not JSON"),
    "NaN": (tensors_file(b'{"a": NaN}', b""), "not JSON"),
    "a number of a million digits": (tensors_file(b"9" * 10**6, b""), "not JSON"),
    "a name twice": (tensors_file(b'{"a": 1, "a": 2}', b""), "names a tensor twice"),
    "an entry that is a number": (tensors_file({"a": 1}, b""), "no dtype, shape"),
    "no offsets": (tensors_file({"a": {"dtype": "F32", "shape": []}}, b""), "no dtype, shape"),
    "overlapping tensors": (
        safetensors(weight_hh_l0=entry((8, 2), 60)),
        "'lstm.weight_hh_l0' lie over another",
    ),
    "a tensor out of the file": (
        safetensors(bias_hh_l0=entry((8,), 164)),
        "before its tensor 'lstm.bias_hh_l0'",
    ),
    "offsets backwards": (
        safetensors(bias_hh_l0=entry((8,), 160) | {"data_offsets": [192, 160]}),
        "claims shape",
    ),
    "offsets below 0": (
        safetensors(bias_hh_l0=entry((8,), 160) | {"data_offsets": [-32, 0]}),
        "damaged entry",
    ),
    "offsets with a point": (
        safetensors(bias_hh_l0=entry((8,), 160) | {"data_offsets": [160.0, 192.0]}),
        "damaged entry",
    ),
    "a shape of truths": (
        safetensors(bias_hh_l0=entry((8,), 160) | {"shape": [True]}),
        "damaged entry",
    ),
    "a shape beyond any number": (
        safetensors(weight_ih_l0=entry((2**62, 2**62), 0, size=64)),
        "claims shape",
    ),
    "a shape whose product wraps to 0": (
        safetensors(weight_ih_l0=entry((2**40, 2**40), 0, size=0)),
        "claims shape",
    ),
    "a shape that does not fit its bytes": (
        safetensors(weight_ih_l0=entry((80, 2), 0, size=64)),
        r"claims shape \(80, 2\) of F32 for tensor 'lstm.weight_ih_l0'",
    ),
    "another type's bytes": (safetensors(weight_ih_l0=HALF), "claims shape"),
    "an unknown type": (
        safetensors(weight_ih_l0=HALF | {"dtype": "Q4"}),
        "weight_ih_l0' holds Q4, not floats",
    ),
    "a type that is a number": (safetensors(weight_ih_l0=HALF | {"dtype": 3}), "damaged entry"),
    "metadata that are numbers": (safetensors({"a": 1}), "metadata that are no texts"),
    "a card that is no JSON": (safetensors({"lstmviz": "{"}), "not JSON"),
    "a card of another model": (safetensors({"lstmviz": '{"version": 1}'}), "spec is missing"),
    "no rows": (
        safetensors(weight_ih_l0=entry((0, 2), 0), weight_hh_l0=entry((0, 2), 0)),
        r"weight_ih_l0' has shape \(0, 2\)",
    ),
}


def resized(given, sizes, strides):
    return given | {"tensor_meta": given["tensor_meta"] | {"sizes": sizes, "strides": strides}}


PT2 = {
    "no list of weights": (zipped([("m/models/model.json", b"{}")]), "has no data/weights"),
    "a list that is a number": (
        zipped([("m/data/weights/model_weights_config.json", b"7")]),
        "lists no weights",
    ),
    "a list of brackets": (
        zipped([("m/data/weights/model_weights_config.json", b"[" * 500_000)]),
        "JSON",
    ),
    "a pickled weight": (
        exported(weight_ih_l0=lambda row: row | {"use_pickle": True}),
        "weight_ih_l0' is pickled",
    ),
    "a weight outside": (
        exported(weight_ih_l0=lambda row: row | {"path_name": "../../../etc/passwd"}),
        "weight_ih_l0' cannot be found",
    ),
    "sizes beyond the file": (
        exported(weight_ih_l0=lambda row: resized(row, [8, 200], [200, 1])),
        "weight_ih_l0' reaches out of its 16",
    ),
    "strides of 0": (
        exported(weight_ih_l0=lambda row: resized(row, [2**40, 2], [0, 0])),
        "weight_ih_l0' repeats its 16",
    ),
    "strides below 0": (
        exported(weight_ih_l0=lambda row: resized(row, [8, 2], [-2, 1])),
        "damaged entry",
    ),
    "a flag that is a list": (exported(program(bidirectional=[True])), None),
    "a flag that is a text": (exported(program(num_layers={"as_int": "7"})), None),
    "parameters that are numbers": (exported(program(params=3)), None),
    "a parameter that is a list": (
        exported(program(params={"as_tensors": [{"name": []}]})),
        None,
    ),
    "a version that is a list": (exported({"torch_version": [2]}), None),
    "a row that is a text": (exported(weight_ih_l0=lambda row: "x"), "damaged entry"),
}


def array(shape, data=b"", dtype="<f4"):
    """A .npy that says what it likes."""
    header = repr({"descr": dtype, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def arrays(packing=zipfile.ZIP_STORED, **changed):
    """An LSTM(2, 2) as .npz, some arrays changed."""
    rows = {
        name: array(tuple(e["shape"]), bytes(int(np.prod(e["shape"])) * 4))
        for name, e in ENTRIES.items()
    }
    rows |= {f"lstm.{name}": data for name, data in changed.items()}
    return zipped([(f"{name}.npy", data) for name, data in rows.items()], packing)


NPZ = {
    "pickled arrays": (
        arrays(weight_ih_l0=array((8, 2), b"\x80\x02.", "|O")),
        "weight_ih_l0' holds object, not floats",
    ),
    "an array of 2^60": (
        arrays(weight_ih_l0=array((2**30, 2**30))),
        "weight_ih_l0' would unpack",
    ),
    "an array with half its numbers": (
        arrays(weight_ih_l0=array((8, 2), bytes(32))),
        "claims shape",
    ),
    "an array that is none": (arrays(weight_ih_l0=b"no"), "not a NumPy array"),
    "a zip of 5,000 arrays": (
        zipped([(f"{k}.npy", array((1,), bytes(4))) for k in range(5000)]),
        "5,004 arrays|5,000 arrays",
    ),
}
