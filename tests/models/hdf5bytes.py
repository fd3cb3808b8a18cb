"""HDF5 files written byte by byte: honest ones of the newer layout, and what no writer makes."""

import io
import json
import struct
import zipfile
import zlib

import numpy as np

UNDEFINED = 2**64 - 1
FLOAT32 = bytes([0x11, 0x20, 31, 0]) + struct.pack("<IHHBBBBI", 4, 0, 32, 23, 8, 0, 23, 127)
CELL = "layers/lstm/cell/vars"
DATASPACE, DATATYPE, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE = 1, 3, 6, 7, 8, 11, 12


class File:
    """A file that grows block by block."""

    def __init__(self):
        self.data = bytearray(48)

    def add(self, block):
        """The address of a block put at the end."""
        self.data += bytes(-len(self.data) % 8)
        self.data += block
        return len(self.data) - len(block)

    def header(self, *messages):
        """The address of an object made of (kind, bytes) messages."""
        body = b"".join(struct.pack("<BHB", k, len(d), 0) + d for k, d in messages)
        return self.add(b"OHDR\x02\x02" + struct.pack("<I", len(body)) + body + bytes(4))

    def done(self, root):
        """The whole file, with this root group."""
        end = len(self.data)
        start = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00" + struct.pack("<4Q", 0, UNDEFINED, end, root)
        self.data[:48] = start + bytes(4)
        return bytes(self.data)


def link(name, address):
    """A link message of a member."""
    return LINK, b"\x01\x00" + bytes([len(name)]) + name.encode() + struct.pack("<Q", address)


def other_link(name, kind, value):
    """A soft (1) or external (64) link."""
    start = b"\x01\x08" + bytes([kind, len(name)]) + name.encode()
    return LINK, start + struct.pack("<H", len(value)) + value


def space(*shape):
    """A dataspace."""
    return DATASPACE, bytes([2, len(shape), 0, 1]) + b"".join(struct.pack("<Q", n) for n in shape)


def contiguous(address, size):
    """A layout of one block."""
    return LAYOUT, b"\x03\x01" + struct.pack("<QQ", address, size)


def chunked(tree, *shape):
    """A layout in chunks of float32 of this shape."""
    sizes = b"".join(struct.pack("<I", n) for n in (*shape, 4))
    return LAYOUT, b"\x03\x02" + bytes([len(shape) + 1]) + struct.pack("<Q", tree) + sizes


def filters(*kinds):
    """A filter pipeline without settings."""
    body = b"".join(
        struct.pack("<H", kind) + (b"\0\0" if kind >= 256 else b"") + b"\0\0\0\0" for kind in kinds
    )
    return FILTERS, bytes([2, len(kinds)]) + body


def leaf(rank, *chunks):
    """A B-tree of (offset, stored bytes, address) chunks."""
    body = b""
    for offset, size, address in chunks:
        body += struct.pack("<II", size, 0) + struct.pack(f"<{rank + 1}Q", *offset, 0)
        body += struct.pack("<Q", address)
    start = b"TREE\x01\x00" + struct.pack("<HQQ", len(chunks), UNDEFINED, UNDEFINED)
    return start + body + bytes(8 + 8 * (rank + 1))


def attribute(name, value):
    """An attribute that holds a text, or a list of texts."""
    rows = [value] if isinstance(value, str) else value
    width = max((len(row.encode()) for row in rows), default=1)
    data = b"".join(row.encode().ljust(width, b"\0") for row in rows)
    kind = b"\x13\0\0\0" + struct.pack("<I", width)
    shape = b"\x02\x00\x00\x00" if isinstance(value, str) else space(len(rows))[1]
    start = struct.pack("<BBHHHB", 3, 0, len(name) + 1, len(kind), len(shape), 0)
    return ATTRIBUTE, start + name.encode() + b"\0" + kind + shape + data


def array(file, values):
    """The address of a dataset of float32 numbers."""
    values = np.asarray(values, "<f4")
    place = file.add(values.tobytes())
    return file.header(space(*values.shape), (DATATYPE, FLOAT32), contiguous(place, values.nbytes))


def group(file, members, *messages):
    """The address of a group of names and addresses."""
    return file.header(*messages, *(link(name, address) for name, address in members.items()))


def weights(seed=0, width=3, size=2):
    """Kernel, recurrent kernel and bias of a small LSTM."""
    rng = np.random.default_rng(seed)
    shapes = ((width, 4 * size), (size, 4 * size), (4 * size,))
    return [rng.normal(size=shape).astype("<f4") for shape in shapes]


def bare(make=None, root=()):
    """A `.weights.h5`; `make(file)` may give the address of what stands for the kernel.

    `root` are messages more at the root.
    """
    file = File()
    addresses = {str(k): array(file, w) for k, w in enumerate(weights())}
    if make:
        addresses["0"] = make(file)
    inner = group(file, addresses)
    for name in reversed(CELL.split("/")):
        inner = group(file, {name: inner}, *(root if name == "layers" else ()))
    return file.done(inner)


def dataset(*messages):
    """`make` for `bare`: a dataset of these messages."""
    return lambda file: file.header(*messages)


def kernel(*messages, shape=(3, 8)):
    """`make` for `bare`: a float32 dataset of the kernel's shape and these messages."""
    return dataset(space(*shape), (DATATYPE, FLOAT32), *messages)


def layer(kind="LSTM", name="lstm", **config):
    """A layer's description."""
    settings = {"name": name, "units": 2, "return_sequences": True} | config
    return {"class_name": kind, "module": "keras.layers", "config": settings}


def sequential(*layers):
    """A model's description."""
    return {"class_name": "Sequential", "config": {"name": "model", "layers": list(layers)}}


def keras(config=None, inner=None, method=zipfile.ZIP_STORED, **members):
    """A `.keras` file."""
    stream = io.BytesIO()
    given = {
        "metadata.json": json.dumps({"keras_version": "3.15.1"}),
        "config.json": config if isinstance(config, str) else json.dumps(config or WHOLE_CONFIG),
        "model.weights.h5": bare() if inner is None else inner,
    }
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in {**given, **members}.items():
            if data:
                archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


WHOLE_CONFIG = sequential(layer())


def legacy(config, names=("kernel", "recurrent_kernel", "bias"), values=None):
    """An older `.h5` with a model's description; `values` are other weights than `weights()`."""
    file = File()
    values = weights() if values is None else values
    addresses = {name: array(file, w) for name, w in zip(names, values, strict=True)}
    inner = group(file, addresses, attribute("weight_names", list(names)))
    top = group(file, {"lstm": inner}, attribute("layer_names", ["lstm"]))
    text = config if isinstance(config, str) else json.dumps(config)
    more = [attribute("model_config", text), attribute("keras_version", "2.15.0")]
    return file.done(group(file, {"model_weights": top}, *more))


def bomb(size):
    """Deflated zeros."""
    packer = zlib.compressobj(9)
    return packer.compress(bytes(size)) + packer.flush()
