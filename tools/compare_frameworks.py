"""Hold random models of PyTorch, Keras and ONNX, in every file they write, against lstmviz.

Usage: python tools/compare_frameworks.py [--count N] [--seed S] [--only torch|keras|onnx|export]

Needs torch, safetensors, keras, h5py, onnx, onnxruntime and onnxscript, which neither the program
nor its tests do. Each framework's own outputs and final states, and the gates and states of its
cell run step by step, are compared with the trace of the opened file; the largest differences of
every kind of file are printed, and a difference above the bound ends in exit code 1.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

BOUNDS = {"float64": 1e-10, "float32": 1e-5}
"""The largest differences allowed; ONNX and halves are computed in float32."""

FRAMEWORKS = {
    "torch": ("torch_oracle", "compare"),
    "keras": ("keras_random", "compare"),
    "onnx": ("onnx_random", "compare"),
    "export": ("onnx_exports", "exported"),
}
"""Name → module beside this one and its function; export is torch.onnx, which takes longest."""


def main() -> int:
    """Compare and print; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="random models per framework")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=FRAMEWORKS, action="append")
    parsed = parser.parse_args()
    os.environ.setdefault("KERAS_BACKEND", "torch")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    code = 0
    for name in parsed.only or FRAMEWORKS:
        module, function = FRAMEWORKS[name]
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            pairs = getattr(importlib.import_module(module), function)(
                parsed.count, parsed.seed, Path(folder)
            )
            code = max(code, told(name, pairs))
        print(f"{name}: {time.monotonic() - start:.0f} s")
    return code


def told(framework: str, pairs) -> int:
    """Print the largest differences by kind of file; 1 if one is above its bound."""
    worst: dict[str, dict[str, float]] = {}
    numbers: dict[str, int] = {}
    for kind, found in pairs:
        numbers[kind] = numbers.get(kind, 0) + 1
        rows = worst.setdefault(kind, {})
        for name, value in found.items():
            rows[name] = max(rows.get(name, 0.0), value)
    code = 0
    for kind, rows in sorted(worst.items()):
        bound = BOUNDS["float64" if "float64" in kind else "float32"]
        above = not all(value <= bound for value in rows.values())
        code = max(code, int(above))
        listed = ", ".join(f"{name} {value:.1e}" for name, value in rows.items())
        print(f"{'ABOVE ' if above else ''}{framework}: {kind} ({numbers[kind]}): {listed}")
    print(f"{framework}: {sum(numbers.values())} models", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
