"""HDF5 files that nobody vouches for, read in plain Python.

Only what models need is understood: groups, attributes that hold text or numbers, and datasets of
plain numbers. Nothing outside the file is ever opened: soft and external links, external storage
and virtual datasets are refused, as are loops of links and sizes that the bytes do not back.
The layout is the HDF5 File Format Specification, version 3.0. HDF5's own library is not used
because a damaged file can crash it or send it round for ever, and a window with it.
"""

from __future__ import annotations

from lstmviz.models.hdf5.groups import Group, open_root
from lstmviz.models.hdf5.source import Source
from lstmviz.models.hdf5.values import Dataset

__all__ = ["Dataset", "Group", "Source", "open_root"]
