"""Files of Keras that attack their reader: name → (bytes, suffix, what the refusal says).

Where None stands for the sentence, the attack does nothing and the file opens.
"""

import struct
import zipfile

from hdf5bytes import (
    ATTRIBUTE,
    DATASPACE,
    DATATYPE,
    EXTERNAL,
    FLOAT32,
    LAYOUT,
    UNDEFINED,
    WHOLE_CONFIG,
    File,
    array,
    attribute,
    bare,
    bomb,
    chunked,
    contiguous,
    dataset,
    filters,
    group,
    keras,
    kernel,
    layer,
    leaf,
    legacy,
    link,
    other_link,
    sequential,
    space,
    weights,
)

OUTSIDE = b"../../../etc/passwd\0data\0"
COMPOUND = b"\x16\x01\0\0" + struct.pack("<I", 8)
REFERENCE = b"\x17\0\0\0" + struct.pack("<I", 8)
SEQUENCE = b"\x19\0\0\0" + struct.pack("<I", 16) + FLOAT32
LAMBDA = {"class_name": "Lambda", "config": {"name": "evil", "function": ["4wEAAAA=", None, None]}}
CODE = {"class_name": "__lambda__", "config": {"value": "4wEAAAA="}}


def circle():
    """A group that is a member of itself."""
    file = File()
    block = link("layers", 0)
    root = file.header(block)
    at = bytes(file.data).index(block[1], root)
    file.data[at : at + len(block[1])] = link("layers", root)[1]
    return file.done(root)


def deep(count):
    """Groups in groups in groups."""
    file = File()
    inner = group(file, {})
    for _ in range(count):
        inner = group(file, {"layers": inner})
    return file.done(inner)


def many(count):
    """More objects than a model has, all of them one."""
    file = File()
    one = group(file, {})
    rows = [group(file, {f"g{k}": one for k in range(1000)}) for _ in range(count)]
    return file.done(group(file, {f"r{k}": row for k, row in enumerate(rows)}))


def shared():
    """One large block of numbers that stands for the kernels of many layers."""
    file = File()
    size, width = 8, 2**18
    kernel_at = array(file, [[0.0] * 4 * size] * width)
    inner = [array(file, each) for each in weights(width=size, size=size)[1:]]
    cell = group(file, {"0": kernel_at, "1": inner[0], "2": inner[1]})
    cell = group(file, {"vars": cell})
    one = group(file, {"forward_layer": group(file, {"cell": cell})})
    both = group(file, {"cell": cell})
    one = group(file, {"forward_layer": both, "backward_layer": both})
    return file.done(group(file, {"layers": group(file, {"bidirectional": one})}))


def chunk(stored, packed, shape=(3, 8)):
    """The kernel in one compressed chunk."""

    def make(file):
        place = file.add(stored)
        tree = file.add(leaf(2, ((0, 0), len(stored), place)))
        messages = (space(*shape), (DATATYPE, FLOAT32), chunked(tree, *shape), packed)
        return file.header(*messages)

    return bare(make)


def turning_tree(file):
    """Chunks whose tree is its own branch."""
    start = len(file.data) + -len(file.data) % 8
    node = bytearray(leaf(2, ((0, 0), 96, start)))
    node[5] = 1
    return file.header(
        space(3, 8), (DATATYPE, FLOAT32), chunked(file.add(bytes(node)), 3, 8), filters(1)
    )


def turning_header(file):
    """An object header that continues in itself."""
    start = len(file.data) + -len(file.data) % 8 + 10
    return file.header((0x10, struct.pack("<QQ", start, 20)))


def nested(count):
    """Models in models in models."""
    config = sequential(layer())
    for index in range(count):
        config = sequential(config | {"name": f"m{index}"})
    return config


def rezipped(data, **changed):
    """A zip with a member more, or twice."""
    import io

    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        for name, text in changed.items():
            archive.writestr(name.replace("_", "/"), text)
    return stream.getvalue()


def claims(data, name, size):
    """A zip whose directory claims another size for a member."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


DAMAGED = "damaged|hostile|not an HDF5|save (it|the model) again"
HUGE = struct.pack("<Q", 2**40)

SMALL = {
    "external link": (
        bare(root=[other_link("x", 64, b"\0" + OUTSIDE)]),
        ".weights.h5",
        "link to another file",
    ),
    "soft link": (
        bare(root=[other_link("x", 1, b"/etc/passwd")]),
        ".h5",
        "link to another name",
    ),
    "external storage": (
        bare(kernel((EXTERNAL, b"\x01\0\0\0\1\0\1\0" + bytes(32)), contiguous(UNDEFINED, 96))),
        ".weights.h5",
        "in another file, which is never opened",
    ),
    "virtual": (bare(kernel((LAYOUT, b"\x04\x03" + bytes(12)))), ".h5", "virtual dataset"),
    "compound": (
        bare(dataset(space(3, 8), (DATATYPE, COMPOUND), contiguous(48, 192))),
        ".h5",
        "does not hold",
    ),
    "references": (
        bare(dataset(space(3, 8), (DATATYPE, REFERENCE), contiguous(48, 192))),
        ".h5",
        "does not hold",
    ),
    "objects": (
        bare(dataset(space(3, 8), (DATATYPE, SEQUENCE), contiguous(48, 384))),
        ".h5",
        "does not hold",
    ),
    "nothing stored": (bare(kernel(contiguous(UNDEFINED, 96))), ".h5", "0 bytes are stored"),
    "less stored": (bare(kernel(contiguous(48, 95))), ".h5", "95 bytes are stored"),
    "past the end": (bare(kernel(contiguous(2**40, 96))), ".h5", "not in the file"),
    "4 TB": (
        bare(kernel(contiguous(48, 2**42), shape=(2**37, 8))),
        ".h5",
        "allowed|more than the file",
    ),
    "2^63 wide": (bare(kernel(contiguous(48, 96), shape=(2**63, 8))), ".h5", "allowed|more than"),
    "no numbers": (bare(kernel(contiguous(48, 96), shape=(0, 8))), ".h5", "not those of an LSTM"),
    "33 dimensions": (
        bare(dataset((DATASPACE, b"\x02\x21\0\1" + HUGE * 33), (DATATYPE, FLOAT32))),
        ".h5",
        DAMAGED,
    ),
    "other layout": (bare(kernel((LAYOUT, b"\x09\x01" + bytes(16)))), ".h5", "not known"),
    "newer chunks": (
        bare(kernel((LAYOUT, b"\x04\x02" + bytes(40)))),
        ".h5",
        "chunks of a newer kind",
    ),
    "unknown filter": (chunk(bytes(96), filters(32015)), ".h5", "filter 32015"),
    "chunk bomb": (chunk(bomb(2**27), filters(1)), ".h5", "wrong size"),
    "chunk of noise": (chunk(b"\xff" * 96, filters(1)), ".h5", "does not unpack"),
    "chunks of 2^40": (chunk(bytes(96), filters(1), (2**20, 2**20)), ".h5", "not those of"),
    "chunks of 512 MB": (chunk(bytes(96), filters(1), (2**24, 8)), ".h5", "more than the file"),
    "tree in a circle": (bare(turning_tree), ".h5", "in a circle"),
    "header in a circle": (bare(turning_header), ".h5", "in a circle"),
    "group in a circle": (circle(), ".weights.h5", "in a circle"),
    "deep groups": (deep(500), ".weights.h5", "too deeply"),
    "too many objects": (many(20), ".h5", "more than 10,000 objects"),
    "dense group": (
        bare(root=[(2, b"\0\0" + struct.pack("<QQ", 48, 48))]),
        ".h5",
        "newer dense form",
    ),
    "shared type": (
        bare(lambda f: f.add(b"OHDR\x02\0\x0c" + b"\x03\x08\0\x02" + bytes(8) + bytes(4))),
        ".h5",
        DAMAGED + "|LSTM|numbers",
    ),
    "long text": (
        legacy("{}").replace(b"\x13\0\0\0\x02\0\0\0", b"\x13\0\0\0\xff\xff\xff\x7f"),
        ".h5",
        DAMAGED,
    ),
    "deep JSON": (legacy("[" * 30_000), ".h5", "not JSON"),
    "no JSON": (legacy("__import__('os').system('touch canary')"), ".h5", "not JSON"),
    "JSON of nothing": (legacy("[]"), ".hdf5", "no LSTM|no layers"),
    "Lambda": (legacy(sequential(LAMBDA, layer())), ".h5", "'evil' is a Lambda"),
    "Lambda inside": (
        keras(sequential(layer("TimeDistributed", "t", layer=LAMBDA), layer())),
        ".keras",
        "'evil' is a Lambda",
    ),
    "code for an activation": (
        keras(sequential(layer(activation=CODE))),
        ".keras",
        "code of its own|'__lambda__'",
    ),
    "somebody's activation": (
        keras(sequential(layer(activation="os.system"))),
        ".keras",
        "'os.system'",
    ),
    "somebody's LSTM": (
        keras(sequential(layer() | {"module": "evil.models"})),
        ".keras",
        "no LSTM, but evil.models.LSTM",
    ),
    "models in models": (keras(nested(60)), ".keras", "too deeply"),
    "many layers": (keras(sequential(*[layer("Dropout", "d")] * 3000)), ".keras", "2,000 layers"),
    "no class": (keras(sequential({"config": {}})), ".keras", "without a class"),
    "names that are none": (
        keras(sequential(layer() | {"config": {"name": ["a"]}})),
        ".keras",
        "without a name",
    ),
    "a GRU": (keras(sequential(layer("GRU", "g"))), ".keras", "holds a GRU .'g'."),
    "other units": (keras(inner=legacy(WHOLE_CONFIG)), ".keras", "no weights for layer 'lstm'"),
    "no weights": (keras(inner=b""), ".keras", "has no model.weights.h5"),
    "weights of noise": (keras(inner=b"\x89HDF\r\n\x1a\n" * 100), ".keras", DAMAGED),
    "sharded": (
        keras(inner=b"", **{"model.weights.json": "{}"}),
        ".keras",
        "several files",
    ),
    "no config": (keras("", **{"config.json": b""}), ".keras", "without config.json"),
    "twice": (
        rezipped(keras(), **{"config.jsom": "{}"}).replace(b".jsom", b".json"),
        ".keras",
        "twice",
    ),
    "climbing": (rezipped(keras(), **{".._.._canary": "x"}), ".keras", None),
    "config bomb": (
        keras(" " * 2**25 + "{}", method=zipfile.ZIP_DEFLATED),
        ".keras",
        "'config.json' would take",
    ),
    "weights bomb": (
        keras(inner=bytes(2**26), method=zipfile.ZIP_DEFLATED),
        ".keras",
        "'model.weights.h5' would take",
    ),
    "small claim": (
        claims(keras(inner=bytes(2**26), method=zipfile.ZIP_DEFLATED), "model.weights.h5", 1000),
        ".keras",
        "does not unpack",
    ),
    "bzip2": (keras(method=zipfile.ZIP_BZIP2), ".keras", "unknown way"),
    "other bytes": (b"\x80\x04cos\nsystem\n(S'touch canary'\ntR.", ".h5", "not an HDF5 file"),
    "empty": (b"", ".keras", "not an HDF5 file"),
    "attribute of nothing": (
        bare(root=[(ATTRIBUTE, b"\x03\0" + b"\xff" * 6 + b"\0")]),
        ".weights.h5",
        DAMAGED,
    ),
    "a model's attribute": (bare(root=[attribute("model_config", "x")]), ".h5", "not JSON"),
    "other attributes": (bare(root=[attribute("os.system", "touch canary")]), ".h5", None),
}

LARGE = {"one block for many tensors": (shared, ".weights.h5", "more than the file")}

WHOLE = {
    ".weights.h5": bare(),
    ".keras": keras(),
    ".h5": legacy(WHOLE_CONFIG),
}
"""Honest files."""
