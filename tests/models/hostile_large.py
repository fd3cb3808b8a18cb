"""Large files that attack their reader, each made by a function, one at a time."""

import struct
import zipfile

from hostile_arrays import array, arrays
from hostile_pickles import raw
from torchbytes import (
    archive,
    entry,
    mapping,
    numbers,
    pickled,
    stored,
    tensor,
    tensors_file,
    text,
)


def doubled():
    """Nine million lists in nine megabytes of pickle."""
    return raw(b"]" * 9_000_000)


def bomb():
    """An .npz that unpacks to a thousand times its size."""
    big = 2**22
    return arrays(
        zipfile.ZIP_DEFLATED,
        weight_ih_l0=array((4 * big, 8), bytes(128 * big)),
        weight_hh_l0=array((4 * big, big)),
    )


def layered():
    """Sixty layers that all look at the same four megabytes."""
    cells, each = 512, 2**20
    storages = {"0": numbers(each)}
    whole_one = tensor((4 * cells, cells), (cells, 1), storage=stored("0", each))
    entries = {}
    for k in range(60):
        entries |= {f"weight_ih_l{k}": whole_one, f"weight_hh_l{k}": whole_one}
    return archive(pickled(mapping(entries)), storages)


def crowded():
    """Fifty thousand tensors."""
    entries = b"(" + b"".join(text(str(k)) + b"h\x01" for k in range(50_000)) + b"u"
    return archive(pickled(tensor() + b"q\x010}" + entries))


def members():
    """A directory of a hundred thousand members."""
    return archive(pickled(b"}"), extra=[(f"m/data/x{k}", b"") for k in range(100_000)])


def cells_without_number(gates):
    """The weights of 4,000 recurrent cells of one unit."""
    size = 4 * gates
    entries = {
        f"{k}.weight_{way}": entry((gates, 1), size * (2 * k + j))
        for k in range(4000)
        for j, way in enumerate(("ih", "hh"))
    }
    return tensors_file(entries, bytes(8000 * size))


LARGE = {
    "nine million lists": (doubled, ".pt", "would unpack into more|instructions"),
    "nine million dicts": (lambda: raw(b"}" * 9_000_000), ".pt", "would unpack into more"),
    "nine million duplicates": (
        lambda: raw(b"N" + b"2" * 9_000_000),
        ".pt",
        "would unpack into more|instructions",
    ),
    "a million pops": (lambda: raw(b"N0" * 1_100_000 + b"}."), ".pt", "more than 2,000,000"),
    "a memo of a million": (
        lambda: raw(b"N" + b"".join(b"r" + struct.pack("<I", k) for k in range(10**6))),
        ".pt",
        "would unpack into more",
    ),
    "a dict of 400,000": (
        lambda: raw(
            b"}(" + b"".join(b"J" + struct.pack("<i", k) + b"N" for k in range(4 * 10**5)) + b"u."
        ),
        ".pt",
        "would unpack into more",
    ),
    "texts of wide letters": (
        lambda: raw(b"".join(text("a" * 99_996 + "\U0001f600") for _ in range(150)) + b"."),
        ".pt",
        "would unpack into more",
    ),
    "a data.pkl of 20 MB": (lambda: raw(bytes(20 * 2**20)), ".pt", "more than the 16,777,216"),
    "sixty layers over each other": (layered, ".pt", "lie over each other"),
    "fifty thousand tensors": (crowded, ".pt", "more than 30,000 tensors"),
    "a hundred thousand members": (members, ".pt", "bytes of members"),
    "an .npz bomb": (bomb, ".npz", "would unpack|out of"),
    "a safetensors header of 20 MB": (
        lambda: tensors_file(b"[" + b"{}," * (7 * 10**6) + b"{}]", b""),
        ".safetensors",
        "has a header of",
    ),
    "a safetensors header of objects": (
        lambda: tensors_file(b'{"a":[' + b"{}," * 690_000 + b"{}]}", b""),
        ".safetensors",
        "no dtype, shape",
    ),
    "twenty thousand tensors": (
        lambda: tensors_file({str(k): entry((1,), 4 * k) for k in range(20_000)}, bytes(80_000)),
        ".safetensors",
        "holds no LSTM",
    ),
    "GRUs without number": (lambda: cells_without_number(3), ".safetensors", "is a GRU"),
    "LSTMs without number": (lambda: cells_without_number(4), ".safetensors", "holds 4000 LSTMs"),
}
