"""lstmviz's own model format as an `.npz`: the arrays of `own`, and its JSON as `lstmviz`."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from lstmviz import npy
from lstmviz.engine.memory import budget
from lstmviz.engine.network import Array, Network
from lstmviz.errors import LstmvizError
from lstmviz.files import shown, writing
from lstmviz.models.own import CARD, LONGEST_CARD, Card, packed, parse_card, unpacked
from lstmviz.models.progress import Progress, counting

FORMAT = "lstmviz .npz"


def save(network: Network, path: str | Path) -> None:
    """Write a network; equal networks give equal bytes.

    Raises `LstmvizError` if the target cannot be written; the file appears whole or not at all.
    """
    text, weights = packed(network)
    arrays: dict[str, Any] = {CARD: np.frombuffer(text.encode(), np.uint8), **weights}
    with writing(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), _bytes(array))


def read(path: str | Path, progress: Progress | None = None) -> Network:
    """Read a network, `format` and `gate_order` set; `progress` is told of unpacked bytes.

    Raises `LstmvizError` for a damaged or foreign file, a missing, unknown or misshapen array
    (named), sizes that do not fit together, and weights over the memory budget, which are
    refused before they are unpacked.
    """
    where = shown(path)
    with npy.opened(path) as archive:
        names = set(npy.members(archive))
        card = parse_card(_card(archive, names, where), where)
        tick = counting(progress, sum(info.file_size for info in archive.infolist()))

        def weights(name: str, shape: tuple[int, ...]) -> Array:
            return _weights(archive, name, shape, where, tick)

        return unpacked(card, names, weights, where, FORMAT)


def card(path: str | Path) -> Card:
    """The description alone, without the weights; raises `LstmvizError` as `read` does."""
    where = shown(path)
    with npy.opened(path) as archive:
        return parse_card(_card(archive, set(npy.members(archive)), where), where)


def _bytes(array: Array) -> bytes:
    """An array as a `.npy` file."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
    return stream.getvalue()


def _card(archive: zipfile.ZipFile, names: set[str], where: str) -> str:
    """The description as text."""
    if CARD not in names:
        raise LstmvizError(
            f"{where} is not an lstmviz model (it has no array {CARD!r}); to read it as an input "
            "give it as one."
        )
    data = npy.read_member(archive, CARD, f"{where} ({CARD})", LONGEST_CARD)
    if data.dtype != np.uint8:
        raise LstmvizError(f"{where}: array {CARD!r} is not text; it is damaged.")
    try:
        return data.tobytes().decode()
    except UnicodeDecodeError:
        raise LstmvizError(f"{where}: array {CARD!r} is not UTF-8; it is damaged.") from None


def _weights(
    archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], where: str, tick: npy.Tick
) -> Array:
    """One array of floats of a known shape."""
    array = npy.read_member(archive, name, f"{where} ({name})", budget(), shape, tick)
    if array.dtype.kind != "f":
        raise LstmvizError(f"{where}: array {name!r} holds {array.dtype}, not floats.")
    dtype = np.float64 if array.dtype.itemsize >= 8 else np.float32
    with np.errstate(over="ignore"):  # a long double may be beyond any double
        return array.astype(dtype, copy=False)
