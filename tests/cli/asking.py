"""Asking a question on the command line."""

import csv
import json

import numpy as np
import pytest

from lstmviz.cli import main

PYTHON = '''\
import os


def join(parts, sep="/"):
    """Join parts with a separator between them."""
    # nothing to do for one
    if len(parts) == 1:
        return [str(parts[0])]
    return sep.join("%s" % (part, ) for part in parts if part)


TABLE = {"a": [1, 2, (3, 4)], "b": ["x", "y"]}  # some values
for key, value in TABLE.items():
    print("key", key, "value", value)
'''


def answer(tmp_path, *line, suffix="json"):
    """What a question gives, as JSON, rows of CSV, or arrays."""
    out = tmp_path / f"answer.{suffix}"
    assert main(["analyze", *map(str, line), "--out", str(out)]) == 0
    if suffix == "json":
        return json.loads(out.read_text(), parse_constant=pytest.fail)
    if suffix == "csv":
        with out.open(newline="") as file:
            return list(csv.DictReader(file))
    with np.load(out, allow_pickle=False) as archive:
        return dict(archive)
