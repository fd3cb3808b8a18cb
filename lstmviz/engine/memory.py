"""How much memory a run takes, asked before any of it is allocated."""

from __future__ import annotations

import math
import os

import numpy as np
from numpy.typing import DTypeLike

from lstmviz.engine.spec import NetworkSpec, parameters
from lstmviz.errors import LstmvizError

VARIABLE = "LSTMVIZ_MEMORY_GB"
"""The environment variable that sets the budget of one run, in GiB."""

DEFAULT_GB = 2.0


def budget() -> int:
    """Bytes one run may take: 2 GiB unless LSTMVIZ_MEMORY_GB says otherwise.

    Raises `LstmvizError` if the variable holds no positive number.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return int(DEFAULT_GB * 2**30)
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = math.nan
    if not (math.isfinite(gigabytes) and gigabytes > 0):
        raise LstmvizError(
            f"{VARIABLE} is {text!r}; set it to a number of GiB above 0, such as 4."
        ) from None
    return int(gigabytes * 2**30)


def estimate(spec: NetworkSpec, steps: int, dtype: DTypeLike = np.float32) -> int:
    """Bytes of every array a run over `steps` steps fills.

    The input (and embedded, where it is), per direction i, f, g, o, c, m and (with a
    projection) h, the two directions merged where a layer has both, and every head's output.
    """
    columns = spec.input_size + (spec.embedding.dimension if spec.embedding else 0)
    for index, cell in enumerate(spec.layers):
        each = 6 * cell.cell_size + (cell.hidden_size if cell.projected else 0)
        columns += each * len(cell.directions)
        if spec.joins(index):
            columns += cell.output_size
    columns += sum(head.size for head in spec.heads)
    return steps * columns * np.dtype(dtype).itemsize


def check(
    spec: NetworkSpec, steps: int, dtype: DTypeLike = np.float32, subject: str = "a run"
) -> None:
    """Raise `LstmvizError` with estimate, budget and mend if a run would not fit.

    `subject` begins the sentence and may name a file.
    """
    needed, allowed = estimate(spec, steps, dtype), budget()
    if needed > allowed:
        raise LstmvizError(
            f"{subject} over {steps:,} steps needs {size_text(needed)}, more than the "
            f"{size_text(allowed)} allowed: shorten the input or lower the sizes, "
            f"or set the environment variable {VARIABLE} to a higher number of GiB."
        )


def check_weights(spec: NetworkSpec, dtype: DTypeLike = np.float32) -> None:
    """Raise `LstmvizError` with estimate, budget and mend if the weights to be drawn do not fit."""
    needed, allowed = parameters(spec, 2) * np.dtype(dtype).itemsize, budget()
    if needed > allowed:
        raise LstmvizError(
            f"the weights of this network need {size_text(needed)}, more than the "
            f"{size_text(allowed)} allowed: lower the sizes or remove a layer, "
            f"or set the environment variable {VARIABLE} to a higher number of GiB."
        )


def size_text(count: int) -> str:
    """Bytes in words, rounded up so that it never understates: '2.0 GiB', '13 MiB'."""
    if count >= 2**30:
        return f"{math.ceil(count / 2**30 * 10) / 10:.1f} GiB"
    return f"{math.ceil(count / 2**20)} MiB"
