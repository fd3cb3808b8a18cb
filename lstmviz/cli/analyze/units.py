"""Questions about every unit of a layer: memory, saturation, quiet units, histograms."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstmviz.analysis.remembering import half_life, memory
from lstmviz.analysis.statistics import histograms, quiet, saturation
from lstmviz.cli.analyze.answers import Answer, Column, stacked
from lstmviz.cli.analyze.asked import Asked, counted, prefix


def ask_memory(asked: Asked) -> Answer:
    """Half-life, mean forget gate, longest hold and horizon of every unit."""
    tables: list[dict[str, Column]] = []
    words = []
    arrays: dict[str, Any] = {}
    for layer, way in asked.places:
        found = memory(asked.trace, layer, way)
        count = len(found.half_life)
        columns: dict[str, Any] = {
            "half_life": found.half_life,
            "mean_forget": found.mean_forget,
            "hold": found.hold,
            "hold_from": found.hold_from,
            "horizon": found.horizon,
        }
        tables.append(_keys(layer, way, count) | columns)
        name = prefix((layer, way))
        arrays |= {f"{name}.{column}": values for column, values in columns.items()}
        arrays[f"{name}.half_life_by_step"] = half_life(asked.trace, layer, way)
        best = int(np.nanargmax(np.nan_to_num(found.horizon, nan=-1)))
        words.append(
            f"{name}: unit {best} remembers longest, an effective horizon of "
            f"{found.horizon[best]:.1f} steps; the median unit's is {np.median(found.horizon):.1f}."
        )
    return Answer("memory", stacked(tables), arrays, words=tuple(words))


def ask_saturation(asked: Asked) -> Answer:
    """How often each gate is below 0.1 and above 0.9 (Karpathy et al. 2015)."""
    tables: list[dict[str, Column]] = []
    words = []
    arrays: dict[str, Any] = {}
    for layer, way in asked.places:
        name = prefix((layer, way))
        parts = []
        for gate, shares in saturation(asked.trace, layer, way).items():
            keys = {"array": [gate] * len(shares)} | _keys(layer, way, len(shares))
            ordered = {key: keys[key] for key in ("layer", "direction", "array", "unit")}
            tables.append(ordered | {"left": shares[:, 0], "right": shares[:, 1]})
            arrays[f"{name}.{gate}.saturation"] = shares
            left, right = shares.mean(axis=0)
            parts.append(f"{gate.replace('_', ' ')} {left:.0%} left, {right:.0%} right")
        words.append(f"{name}: saturated on average {'; '.join(parts)}.")
    return Answer("saturation", stacked(tables), arrays, words=tuple(words))


def ask_quiet(asked: Asked) -> Answer:
    """Units that are dead or constant over this run."""
    tables: list[dict[str, Column]] = []
    words = []
    arrays: dict[str, Any] = {}
    for layer, way in asked.places:
        found = quiet(asked.trace, layer, way)
        size = asked.network.spec.layers[layer].cell_size
        units = np.arange(size)
        dead, constant = np.isin(units, found.dead), np.isin(units, found.constant)
        tables.append(_keys(layer, way, size) | {"dead": dead, "constant": constant})
        name = prefix((layer, way))
        arrays |= {f"{name}.dead": dead, f"{name}.constant": constant}
        told = [
            f"{len(which)} {word}" + (f" ({counted(which.tolist())})" if len(which) else "")
            for word, which in (("dead", found.dead), ("constant", found.constant))
        ]
        words.append(f"{name}: of {size:,} units {' and '.join(told)}.")
    return Answer("quiet", stacked(tables), arrays, words=tuple(words))


def ask_histograms(asked: Asked) -> Answer:
    """How often the values of each gate fall into each of so many bins."""
    tables: list[dict[str, Column]] = []
    words = []
    arrays: dict[str, Any] = {}
    for layer, way in asked.places:
        name = prefix((layer, way))
        for gate, (counts, edges) in histograms(
            asked.trace, asked.options.bins, layer, way
        ).items():
            count = len(counts)
            tables.append(
                {
                    "layer": [layer] * count,
                    "direction": [way] * count,
                    "array": [gate] * count,
                    "low": edges[:-1],
                    "high": edges[1:],
                    "count": counts,
                }
            )
            arrays |= {f"{name}.{gate}.counts": counts, f"{name}.{gate}.edges": edges}
        words.append(f"{name}: {asked.options.bins} bins of each gate.")
    return Answer("histograms", stacked(tables), arrays, words=tuple(words))


def _keys(layer: int, way: str, count: int) -> dict[str, Any]:
    """The columns that name a layer's units."""
    return {"layer": [layer] * count, "direction": [way] * count, "unit": list(range(count))}
