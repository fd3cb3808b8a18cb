"""The tasks of the bundled demos: their data and what is measured of them. NumPy only.

Each module has the demo's title and head, `batch` (what it is trained on), `figures` (how well
it does, as numbers), `followed` (the units that follow something, found by measurement) and
`card` (all of this in words, as the file keeps it).
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def task_of(name: str) -> ModuleType:
    """The module of a demo's task; it has the demo's name, only `python` is `python_code`."""
    return import_module(f"demos.{'python_code' if name == 'python' else name}")
