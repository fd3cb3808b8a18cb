"""Train the small bundled demos: each a task of `tools/demos`, on data that it makes.

python tools/train_demos.py [abc brackets reber adding sine echo]

Needs PyTorch (any recent version, CPU); a few minutes each on one core. Several seeds are
trained, and the network that its task scores best is kept with what is measured of it.
"""

from __future__ import annotations

import argparse
import importlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import torch
from demos.common import Batch
from training import Model, fit, network_of, tidied

from lstmviz.engine.network import Network
from lstmviz.models import npz
from lstmviz.resources import path as resource


@dataclass(frozen=True)
class Recipe:
    """How a task is trained; see `training.fit`. `memory` is the longest time scale to start."""

    cells: int
    updates: int
    rate: float
    memory: float
    size: int = 32
    sparse: float = 0.0
    calm: float = 0.0
    seeds: int = 3


RECIPES = {
    "abc": Recipe(8, 3000, 0.03, 40, sparse=0.02, seeds=8),
    "brackets": Recipe(40, 3500, 0.015, 20, sparse=0.01, seeds=2),
    "reber": Recipe(16, 2000, 0.02, 20, sparse=0.02, seeds=3),
    "adding": Recipe(16, 4000, 0.01, 200, sparse=0.01, seeds=2),
    "sine": Recipe(16, 3000, 0.015, 100, sparse=0.01, calm=0.003, seeds=2),
    "echo": Recipe(16, 3000, 0.02, 3, sparse=0.5, seeds=6),
}


def train(task: ModuleType, recipe: Recipe, seed: int) -> Network:
    """A network trained from one seed."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    inputs = len(task.VOCABULARY) if task.VOCABULARY else task.INPUTS
    model = Model(inputs, recipe.cells, task.HEAD.size)
    model.remember(recipe.memory)
    loss = fit(
        model,
        batches(task, rng, recipe.size),
        task.HEAD.activation,
        updates=recipe.updates,
        rate=recipe.rate,
        sparse=recipe.sparse,
        calm=recipe.calm,
    )
    print(f"  seed {seed}: loss {loss:.6f}", end="", flush=True)
    return network_of(model, task.HEAD, task.VOCABULARY, task.TITLE)


def batches(task: ModuleType, rng: random.Random, size: int) -> Iterator[Batch]:
    """Batches without end."""
    while True:
        yield task.batch(rng, size)


def best(task: ModuleType, recipe: Recipe) -> Network:
    """The network that the task scores best."""
    found: list[tuple[tuple[float, ...], int, Network]] = []
    for seed in range(recipe.seeds):
        start = time.process_time()
        network = train(task, recipe, seed)
        score = task.score(network)
        print(f", score {score}, {time.process_time() - start:.0f} s", flush=True)
        found.append((score, -seed, network))
    return max(found, key=lambda each: each[:2])[2]


def main() -> None:
    """Train what is named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=resource("demos"), help="the folder to fill")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(RECIPES))
    arguments = parser.parse_args()
    names = arguments.names or list(RECIPES)
    unknown = set(names) - set(RECIPES)
    if unknown:
        parser.error(f"{sorted(unknown)[0]!r} is none of {' '.join(RECIPES)}")
    torch.set_num_threads(1)
    for name in names:
        print(name, flush=True)
        task = importlib.import_module(f"demos.{name}")
        network = best(task, RECIPES[name])
        network = tidied(network, task.followed(network))
        path = arguments.out / f"{name}.npz"
        npz.save(replace(network, notes=task.card(network)), path)
        print(f"  wrote {path.name}: {task.figures(network)}", flush=True)


if __name__ == "__main__":
    main()
