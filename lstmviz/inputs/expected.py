"""A framework's own output, to be compared with ours."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from lstmviz import npy
from lstmviz.engine.memory import budget
from lstmviz.errors import LstmvizError
from lstmviz.files import shown

SUFFIXES = (".npy", ".npz")
OUTPUT = "output"


def read_expected(path: str, known: Collection[str]) -> dict[str, NDArray[Any]]:
    """The arrays of a `.npy` (as "output") or `.npz` file by their names.

    Of an `.npz` these are the arrays whose names are `known`; a single array of any name is the
    output. Raises `LstmvizError` for what cannot be read or holds nothing to compare.
    """
    name = shown(path)
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise LstmvizError(
            f"{name} is no .npy or .npz; save the framework's output with numpy.save."
        )
    if suffix == ".npy":
        array = npy.read_npy(path, budget())
        return {OUTPUT: _filled(array, name)}
    with npy.opened(path) as archive:
        members = npy.members(archive)
        wanted = [each for each in members if each in known]
        if not wanted and len(members) == 1:
            read = npy.read_member(archive, members[0], f"{name} ({members[0]})", budget())
            return {OUTPUT: _filled(read, name)}
        if not wanted:
            some = ", ".join(members[:6]) + (", …" if len(members) > 6 else "")
            raise LstmvizError(
                f"{name} holds {len(members)} arrays ({some or 'none'}); name the one to compare "
                f"{OUTPUT!r}."
            )
        return {
            each: _filled(npy.read_member(archive, each, f"{name} ({each})", budget()), name)
            for each in wanted
        }


def _filled(array: NDArray[Any], name: str) -> NDArray[Any]:
    if array.size == 0:
        raise LstmvizError(f"{name} has shape {array.shape}; give at least one step and column.")
    return array
