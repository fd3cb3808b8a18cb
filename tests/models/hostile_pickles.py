"""What of PyTorch attacks its reader: pickles, zips and the names of tensors."""

import struct
import zipfile

from torchbytes import (
    archive,
    called,
    checkpoint,
    lstm,
    mapping,
    named,
    old,
    pickled,
    stored,
    tensor,
    text,
    zipped,
)
from watching import CANARY


def beside(value, protocol=2):
    """A whole state_dict with something more in it."""
    return archive(pickled(mapping(lstm() | {"more": value}), protocol))


def raw(code):
    """A file whose pickle is these bytes."""
    return archive(b"\x80\x02" + code)


COMMAND = text(f"touch {CANARY}")
NESTED = b"(" * 9_000 + b"t" * 9_000
LAUGHS = b"]" + b"".join(
    b"q" + bytes([k]) + b"0](" + 9 * (b"h" + bytes([k])) + b"e" for k in range(60)
)
PICKLES = {
    "os.system": (beside(called("os.system", COMMAND)), "asks to run os.system"),
    "os.system of protocol 4": (
        beside(called("os.system", COMMAND, protocol=4), 4),
        "asks to run os.system",
    ),
    "posix.system": (beside(called("posix.system", COMMAND)), "asks to run posix.system"),
    "a name with a line end": (
        beside(text("os\nx") + text("system") + b"\x93(" + COMMAND + b"tR"),
        None,
    ),
    "INST": (beside(b"(" + COMMAND + b"ios\nsystem\n"), "the pickle instruction INST"),
    "OBJ": (beside(b"(" + named("os.system") + COMMAND + b"o"), "the pickle instruction OBJ"),
    "EXT1": (beside(b"\x82\x01"), "the pickle instruction EXT1"),
    "EXT2": (beside(b"\x83\x01\x01"), "the pickle instruction EXT2"),
    "EXT4": (beside(b"\x84\x01\x01\x01\x01"), "the pickle instruction EXT4"),
    "PERSID": (beside(b"P../../etc/passwd\n"), "the pickle instruction PERSID"),
    "PUT": (beside(b"Np99\n"), "the pickle instruction PUT"),
    "LONG": (beside(b"L" + b"9" * 9999 + b"L\n"), "the pickle instruction LONG"),
    "NEXT_BUFFER": (beside(b"\x97", 5), "the pickle instruction NEXT_BUFFER"),
    "no instruction": (beside(b"\xff"), "the byte 255"),
    "eval": (beside(called("builtins.eval", text("1"))), "asks to run builtins.eval"),
    "exec": (beside(called("__builtin__.exec", text("1"))), "asks to run __builtin__.exec"),
    "compile": (beside(called("builtins.compile", text("1"))), "asks to run builtins.compile"),
    "__import__": (beside(called("builtins.__import__", text("os"))), "asks to run"),
    "open": (beside(called("builtins.open", text(CANARY), text("w"))), "asks to run"),
    "getattr": (
        beside(called("builtins.getattr", named("x.os"), text("system"))),
        None,
    ),
    "a call of what getattr gave": (
        beside(called("builtins.getattr", named("x.os"), text("system")) + b"(" + COMMAND + b"tR"),
        None,
    ),
    "subprocess by NEWOBJ": (
        beside(named("subprocess.Popen") + b"(" + COMMAND + b"t\x81"),
        "asks to run subprocess.Popen",
    ),
    "subprocess by NEWOBJ_EX": (
        beside(named("subprocess.Popen") + b"(" + COMMAND + b"t}\x92"),
        "damaged|asks to run",
    ),
    "runpy": (beside(called("runpy.run_path", text(CANARY))), "asks to run runpy.run_path"),
    "torch.load": (beside(called("torch.load", text(CANARY))), "asks to run torch.load"),
    "torch.hub": (beside(called("torch.hub.load", text(CANARY))), "asks to run torch.hub.load"),
    "numpy.load": (beside(called("numpy.load", text(CANARY))), "asks to run numpy.load"),
    "a dotted name": (
        beside(text("collections") + text("OrderedDict.fromkeys.__self__") + b"\x93)R", 4),
        None,
    ),
    "state for a function": (beside(named("os.system") + b"}b"), None),
    "state for a text": (beside(text("a") + b"}b"), None),
    "an unknown class": (
        beside(named("evil.Class") + b")\x81}" + text("a") + COMMAND + b"sb"),
        None,
    ),
    "a persistent id that is a text": (beside(text("../../etc/passwd") + b"Q"), "damaged at byte"),
    "a persistent id of another kind": (
        beside(b"(" + text("file") + named("a.b") + text("/etc/passwd") + text("x") + b"K\x01tQ"),
        "damaged at byte",
    ),
    "a storage named as a path": (
        checkpoint(weight_ih_l0=tensor(storage=stored("../../etc/passwd"))),
        "weight_ih_l0' has no storage",
    ),
    "a storage that is not there": (
        checkpoint(weight_ih_l0=tensor(storage=stored("7"))),
        "weight_ih_l0' has no storage",
    ),
    "a storage that is too short": (
        checkpoint(weight_ih_l0=tensor((9, 2), storage=stored("0", 18))),
        "weight_ih_l0' has a storage of 64 bytes where 72",
    ),
    "a storage of a negative size": (
        checkpoint(weight_ih_l0=tensor(storage=stored("0", -16))),
        "damaged at byte",
    ),
    "strides out of the storage": (
        checkpoint(weight_ih_l0=tensor(strides=(3, 1))),
        "weight_ih_l0' reaches out of its storage of 16",
    ),
    "an offset out of the storage": (
        checkpoint(weight_hh_l0=tensor(offset=2**40, storage=stored("1"))),
        "weight_hh_l0' reaches out",
    ),
    "a negative stride": (
        checkpoint(weight_ih_l0=tensor(strides=(-2, 1), offset=14)),
        "weight_ih_l0' has a size, a stride or an offset below 0",
    ),
    "a negative offset": (checkpoint(weight_ih_l0=tensor(offset=-1)), "offset below 0"),
    "a stride of 0 over 2^60 numbers": (
        checkpoint(weight_ih_l0=tensor((2**30, 2**30), (0, 0))),
        "weight_ih_l0' repeats the 16 numbers",
    ),
    "a shape beyond any number": (
        checkpoint(weight_ih_l0=tensor((2**600, 2**600), (0, 0))),
        "weight_ih_l0' repeats",
    ),
    "an empty shape of 2^60": (
        checkpoint(weight_ih_l0=tensor((0, 2**60), (1, 1))),
        "weight_ih_l0' has shape",
    ),
    "a hundred dimensions": (
        checkpoint(weight_ih_l0=tensor((1,) * 100, (1,) * 100)),
        "weight_ih_l0' has 100 dimensions",
    ),
    "a shape of texts": (
        checkpoint(
            weight_ih_l0=named("torch._utils._rebuild_tensor_v2")
            + b"("
            + stored()
            + b"K\x00"
            + text("88")
            + text("21")
            + b"\x89NtR"
        ),
        "damaged at byte",
    ),
    "a negated view": (
        checkpoint(
            weight_ih_l0=tensor()[:-2] + b"}" + text("neg") + b"\x88stR",
        ),
        "weight_ih_l0' is stored negated",
    ),
    "a quantised tensor": (
        checkpoint(weight_ih_l0=called("torch._utils._rebuild_qtensor", stored())),
        "weight_ih_l0' is quantised",
    ),
    "a sparse tensor": (
        checkpoint(weight_ih_l0=called("torch._utils._rebuild_sparse_tensor", stored())),
        "weight_ih_l0' is sparse",
    ),
    "a tensor of the device meta": (
        checkpoint(
            weight_ih_l0=called("torch._utils._rebuild_meta_tensor_no_storage", stored()),
        ),
        "weight_ih_l0' has no numbers",
    ),
    "integers": (
        checkpoint(weight_ih_l0=tensor(storage=stored("0", 16, "torch.CharStorage"))),
        "weight_ih_l0' holds CharStorage, not floats",
    ),
    "a tensor without its storage": (
        checkpoint(weight_ih_l0=called("torch._utils._rebuild_tensor_v2", *[b"N"] * 6)),
        "weight_ih_l0' has no storage",
    ),
    "a number of 2 GB": (raw(b"\x8b\xff\xff\xff\x7f."), "damaged at byte"),
    "a number of 255 bytes for a size": (
        checkpoint(weight_ih_l0=tensor((2**2000, 2))),
        "weight_ih_l0' (reaches|repeats)",
    ),
    "a text of 2^63 bytes": (raw(b"\x8d" + b"\xff" * 7 + b"\x7f."), "breaks off at byte"),
    "bytes of 4 GB": (raw(b"B\xff\xff\xff\xff."), "breaks off at byte"),
    "bytes of 2^63": (raw(b"\x8e" + b"\xff" * 7 + b"\x7f."), "breaks off at byte"),
    "a bytearray of 2^62": (raw(b"\x96" + b"\x00" * 7 + b"\x40."), "breaks off at byte"),
    "a frame of 2^63": (raw(b"\x95" + b"\xff" * 7 + b"\x7f."), "breaks off at byte"),
    "a memo of 2^31": (beside(b"Nr\xff\xff\xff\x7f"), None),
    "a memo that is empty": (raw(b"h\x05."), "damaged at byte"),
    "an empty stack": (raw(b"0."), "breaks off at byte"),
    "nothing": (raw(b"."), "breaks off at byte"),
    "no end": (raw(b"}" * 50), "breaks off at byte"),
    "a protocol of tomorrow": (archive(b"\x80\xfe}."), "damaged at byte"),
    "text that is no UTF-8": (raw(b"X\x02\x00\x00\x00\xff\xfe."), "damaged at byte"),
    "a list in itself": (beside(b"]q\x63h\x63a"), None),
    "a dict in itself": (beside(b"}q\x63" + text("a") + b"h\x63s"), None),
    "a key that is a list": (beside(b"}]Ns"), None),
    "a key that is a deep tuple": (beside(b"}" + b")" + b"\x85" * 200_000 + b"Ns"), None),
    "200,000 tuples in each other": (beside(b")" + b"\x85" * 200_000), None),
    "9,000 tuples by marks": (beside(NESTED), None),
    "a million marks": (raw(b"(" * 1_000_000), "damaged at byte"),
    "60 lists in each other ninefold": (beside(LAUGHS), None),
    "tensors of tensors of tensors": (
        beside(
            named("torch._tensor._rebuild_from_type_v2")
            + b"("
            + named("torch._tensor._rebuild_from_type_v2")
            + b"N)NtR"
        ),
        "damaged|breaks",
    ),
    "the same under GLOBAL": (beside(named("a." + "b" * 490)), None),
    "a name without an end": (raw(b"c" + b"a" * 5000), "breaks off at byte"),
}

ZIPS = {
    "an empty file": (b"", "is not a PyTorch file"),
    "only PK": (b"PK", "damaged or not a zip"),
    "an HDF5 file": (b"\x89HDF\r\n\x1a\n" + bytes(99), "is an HDF5 file"),
    "a bare pickle": (pickled(called("os.system", COMMAND)), "is a bare pickle"),
    "a text": (b"(dp0\nS'a'\np1\nI1\ns." * 9, "is not a PyTorch file"),
    "no data.pkl": (zipped([("m/other", b"")]), "a zip with no data.pkl"),
    "two roots": (
        archive(pickled(b"}"), extra=[("n/data.pkl", pickled(b"}"))]),
        "more than one data.pkl",
    ),
    "data.pkl far down": (zipped([("a/b/data.pkl", pickled(b"}"))]), "no data.pkl"),
    "big-endian": (
        zipped([("m/data.pkl", pickled(b"}")), ("m/byteorder", b"big")]),
        "big-endian numbers",
    ),
    "a compressed data.pkl": (
        archive(pickled(text("a" * 99_999)), packing=zipfile.ZIP_DEFLATED),
        "is compressed",
    ),
    "bytes after the end": (checkpoint() + b"more", "bytes after its end"),
    "bytes before the start": (b"PK" + checkpoint(), "directory that is not where"),
    "only another archive's comment": (
        checkpoint() + b"PK\x05\x06" + bytes(18),
        "directory that is not where",
    ),
    "no tensors": (archive(pickled(b"}")), "holds no tensors"),
    "no LSTM": (archive(pickled(mapping({"a.b": tensor()}))), r"holds no LSTM: .*'a\.b'"),
    "an old file with too few numbers": (
        old(mapping(lstm()), counts=(16, 16, 8, 2**60)),
        "ends before its storage '3'",
    ),
    "an old file with a call": (old(called("os.system", COMMAND)), "asks to run os.system"),
    "an old file of an unknown type": (
        old(mapping(lstm(weight_ih_l0=tensor(storage=stored("0", 16, "torch.OddStorage"))))),
        "storage '0' is of a type that is not known",
    ),
    "an old file with a key twice": (
        old(mapping(lstm()), keys=("0", "0", "1", "2"), counts=(16,) * 4),
        "ends before|has no storage|where",
    ),
}


def duplicated():
    """A second data.pkl of the same name."""
    data = archive(pickled(b"}"), extra=[("m/data.pkX", pickled(mapping(lstm())))])
    return data.replace(b"m/data.pkX", b"m/data.pkl")


def patched(offset, layout, value, mark=b"PK\x01\x02"):
    """A checkpoint with a field of its first directory entry (or of another mark) changed."""
    data = bytearray(checkpoint())
    struct.pack_into(layout, data, data.index(mark) + offset, value)
    return bytes(data)


END = b"PK\x05\x06"
ZIPS |= {
    "data.pkl twice": (duplicated(), r"names the member 'm/data\.pkl' twice"),
    "an encrypted member": (patched(8, "<H", 1), "encrypted member"),
    "a header beyond the file": (patched(42, "<I", 2**31), "has no member"),
    "a header in the middle": (patched(42, "<I", 7), "has no member"),
    "a member longer than the file": (patched(24, "<I", 2**31), "is compressed"),
    "sizes in a field that is not there": (patched(24, "<I", 2**32 - 1), "without its size"),
    "a directory longer than the file": (patched(12, "<I", 2**31, END), "not where its end"),
    "a directory at the wrong place": (patched(16, "<I", 3, END), "not where its end"),
    "a name longer than the directory": (patched(28, "<H", 65_535), "damaged directory"),
}

NAMES = {
    "a GRU": (
        checkpoint(
            weight_ih_l0=tensor((6, 2)),
            weight_hh_l0=tensor((6, 2), storage=stored("1")),
            bias_ih_l0=None,
            bias_hh_l0=None,
        ),
        r"'lstm' is a GRU \(tensor 'lstm.weight_hh_l0' has 3 × 2 rows\)",
    ),
    "a plain RNN": (
        checkpoint(
            weight_ih_l0=tensor((2, 2)),
            weight_hh_l0=tensor((2, 2), storage=stored("1")),
            bias_ih_l0=None,
            bias_hh_l0=None,
        ),
        "'lstm' is a plain RNN",
    ),
    "odd rows": (checkpoint(weight_hh_l0=tensor((7, 2))), "weight_hh_l0' has 7 rows for 2"),
    "no recurrent weights": (checkpoint(weight_hh_l0=None), "has no weight_hh_l0"),
    "a bias of the wrong length": (
        checkpoint(bias_hh_l0=tensor((4,), (1,), storage=stored("3", 8))),
        r"bias_hh_l0' has shape \(4,\)",
    ),
    "a gap between layers": (
        checkpoint(weight_ih_l2=tensor(), weight_hh_l2=tensor()),
        "layers 0, 2, not",
    ),
    "layer 9999": (checkpoint(weight_ih_l9999=tensor()), "layers 0, 9999, not"),
    "a layer that reads another width": (
        checkpoint(weight_ih_l1=tensor((8, 1), (1, 1)), weight_hh_l1=tensor()),
        "weight_ih_l1' reads 1 numbers where the layer before gives 2",
    ),
    "half a weight_norm": (
        checkpoint(weight_hh_l0=None, weight_hh_l0_g=tensor((8, 1), (1, 1))),
        "weight_hh_l0_g' lacks its other half",
    ),
    "a weight_norm of another kind": (
        checkpoint(
            weight_hh_l0=None, weight_hh_l0_g=tensor((1, 2), (1, 1)), weight_hh_l0_v=tensor()
        ),
        "not one norm for each row",
    ),
    "a prefix with line ends": (
        archive(pickled(mapping(lstm("a\nb.", weight_hh_l0=None)))),
        r"a tensor named 'a\\nb\.weight_ih_l0'",
    ),
    "a prefix of 100,000 letters": (
        archive(pickled(mapping(lstm("a" * 100_000 + ".", weight_hh_l0=None)))),
        "has no weight_hh_l0|holds no",
    ),
    "a scalar": (checkpoint(weight_ih_l0=tensor((), ())), r"weight_ih_l0' has shape \(\)"),
}
