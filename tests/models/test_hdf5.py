"""Values of HDF5 files, in every way they may be stored."""

import io
import struct
import zlib

import hdf5bytes as made
import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.models.hdf5 import Dataset, Source, open_root


def opened(file, address):
    data = file.done(made.group(file, {"a": address}))
    return open_root(Source(io.BytesIO(data), len(data), "file"))


def read(file, address):
    return opened(file, address).dataset("a").read()


def kind(code):
    """A datatype message of a NumPy type."""
    dtype = np.dtype(code)
    order = int(dtype.byteorder == ">")
    if dtype.kind == "f":
        exponent, mantissa = {2: (5, 10), 4: (8, 23), 8: (11, 52)}[dtype.itemsize]
        end = struct.pack(
            "<HHBBBBI", 0, 8 * dtype.itemsize, mantissa, exponent, 0, mantissa, 2**exponent // 2 - 1
        )
        return made.DATATYPE, bytes([0x11, 0x20 | order, 0, 0]) + struct.pack(
            "<I", dtype.itemsize
        ) + end
    signed = 8 if dtype.kind == "i" else 0
    start = bytes([0x10, signed | order, 0, 0]) + struct.pack("<I", dtype.itemsize)
    return made.DATATYPE, start + struct.pack("<HH", 0, 8 * dtype.itemsize)


@pytest.mark.parametrize("code", ["<f2", "<f4", "<f8", ">f2", ">f4", ">f8", "<i4", ">u2", "<i8"])
def test_plain_numbers_of_any_type_and_order(code):
    file, values = made.File(), np.arange(12).reshape(3, 4).astype(code)
    place = file.add(values.tobytes())
    address = file.header(made.space(3, 4), kind(code), made.contiguous(place, values.nbytes))
    found = read(file, address)
    assert found.dtype == values.dtype and np.array_equal(found, values)


def test_two_opaque_bytes_are_a_bfloat16():
    file = made.File()
    values = np.array([1.5, -2.0, 0.0078125], np.float32)
    half = (values.view(np.uint32) >> 16).astype("<u2")
    opaque = made.DATATYPE, b"\x15\0\0\0" + struct.pack("<I", 2)
    address = file.header(made.space(3), opaque, made.contiguous(file.add(half.tobytes()), 6))
    assert read(file, address).tolist() == values.tolist()


def test_a_single_value_and_one_kept_in_the_header():
    file = made.File()
    small = made.LAYOUT, b"\x03\x00" + struct.pack("<H", 8) + np.array([3.0, 4.0], "<f4").tobytes()
    address = file.header(made.space(2), (made.DATATYPE, made.FLOAT32), small)
    assert read(file, address).tolist() == [3.0, 4.0]


@pytest.mark.parametrize("packed", [(), (1,), (2, 1), (1, 3), (2, 1, 3)])
def test_chunks_packed_in_any_way(packed):
    values = np.arange(35, dtype="<f4").reshape(5, 7)
    file, chunks = made.File(), []
    for row in range(0, 5, 2):
        for column in range(0, 7, 3):
            block = np.zeros((2, 3), "<f4")
            part = values[row : row + 2, column : column + 3]
            block[: part.shape[0], : part.shape[1]] = part
            data = block.tobytes()
            for each in packed:
                if each == 2:
                    data = np.frombuffer(data, np.uint8).reshape(-1, 4).T.tobytes()
                data = zlib.compress(data) if each == 1 else data + b"sum!" * (each == 3)
            chunks.append(((row, column), len(data), file.add(data)))
    tree = file.add(made.leaf(2, *chunks))
    messages = [made.space(5, 7), (made.DATATYPE, made.FLOAT32), made.chunked(tree, 2, 3)]
    address = file.header(*messages, *([made.filters(*packed)] if packed else []))
    assert np.array_equal(read(file, address), values)


def test_a_chunk_that_is_missing_is_told():
    file = made.File()
    tree = file.add(made.leaf(1, ((0,), 8, file.add(bytes(8)))))
    messages = made.space(4), (made.DATATYPE, made.FLOAT32), made.chunked(tree, 2)
    with pytest.raises(LstmvizError, match="a has 1 stored chunks of 2"):
        read(file, file.header(*messages))


def test_texts_and_lists_of_texts_of_attributes():
    file = made.File()
    rows = ["lstm", "naïve", ""]
    messages = made.attribute("names", rows), made.attribute("one", "⊙"), made.attribute("no", [])
    root = opened(file, made.group(file, {}, *messages)).group("a")
    assert root.texts("names") == rows
    assert root.text("one") == "⊙"
    assert root.texts("no") == []
    assert root.text("other") is None


def test_paths_lead_through_groups_only():
    data = made.bare()
    root = open_root(Source(io.BytesIO(data), len(data), "file"))
    assert isinstance(root.dataset(f"{made.CELL}/0"), Dataset)
    assert root.dataset("layers") is None and root.group(f"{made.CELL}/0") is None
    assert root.dataset("layers/none/vars/0") is None
    paths = [group.path for group in root.groups()]
    assert paths == ["", "layers", "layers/lstm", "layers/lstm/cell", "layers/lstm/cell/vars"]
