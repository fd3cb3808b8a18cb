"""Train the bundled character model of Python source code.

python tools/train_python.py [--updates N] [--calm X] [--kept FILE]

The bundled weights come of two calls, the second going on from the first (its rate begins anew):

    python tools/train_python.py --updates 6500 --calm 0 --kept python.kept
    python tools/train_python.py --kept python.kept

Needs PyTorch (any recent version, CPU); an hour or so on one core. It reads the standard
library of the Python that runs it (see `demos/source.py`) and never the files held out.

The recurrent weights are drawn towards zero a little at every update (soft thresholding):
of what one unit can hold by itself, less is then spread over many.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from demos import python_code, source
from demos.common import halved
from numpy.typing import NDArray
from torch import nn
from training import Model, network_of, shrink, tidied

from lstmviz.models import load, npz
from lstmviz.resources import path as resource

SYMBOLS = len(source.VOCABULARY)
CELLS = 160
UPDATES = 12_000
STREAMS = 32
"""Files read side by side."""
STEPS = 128
"""Characters between two updates; states go on from one to the next."""
RATE = 4e-3
WARM = 200
FALL = 0.35
"""The part of the updates, at the end, over which the rate falls to nothing."""
SPARSE = 0.004
"""How far a recurrent weight is drawn to zero per update, as a multiple of the rate."""
CALM = 0.003
"""The weight of the mean |c| in the loss: no unit only counts the steps."""
KEEP = 0.997
"""Of the running mean of the weights, what stays at every update; the mean is what is kept."""
LONGEST_MEMORY = 100.0
"""Forget gates start with time scales from 1 to this many characters, by their logarithm."""


def reading(
    texts: list[NDArray[np.int64]],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """Without end: ids (STEPS + 1, STREAMS), -1 behind a file's end, and which streams begin.

    Every stream reads one file after another in an order drawn anew once all are read.
    """
    rng = np.random.Generator(np.random.PCG64(0))
    queue: list[int] = []
    present: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * STREAMS
    while True:
        rows = np.full((STEPS + 1, STREAMS), -1)
        begins = np.zeros(STREAMS, bool)
        for stream in range(STREAMS):
            if len(present[stream]) < 2:
                if not queue:
                    queue = list(rng.permutation(len(texts)))
                present[stream] = texts[queue.pop()]
                begins[stream] = True
            piece = present[stream][: STEPS + 1]
            rows[: len(piece), stream] = piece
            present[stream] = present[stream][STEPS:]
        yield rows, begins


def zeros(streams: int) -> tuple[torch.Tensor, torch.Tensor]:
    """States (1, streams, cells) to start from."""
    return torch.zeros(1, streams, CELLS), torch.zeros(1, streams, CELLS)


def bits(model: Model, sample: torch.Tensor) -> float:
    """Bits per character over ids (steps, streams), in pieces so that little memory is used."""
    state, total = zeros(sample.shape[1]), 0.0
    with torch.no_grad():
        for start in range(0, len(sample) - 1, 512):
            x, y = sample[start:-1][:512], sample[start + 1 :][:512]
            logits, state = model(nn.functional.one_hot(x, SYMBOLS).float(), state)
            total += nn.functional.cross_entropy(
                logits.flatten(0, 1), y.flatten(), reduction="sum"
            ).item()
    return total / sample[1:].numel() / math.log(2)


def rate(update: int, updates: int) -> float:
    """The learning rate: a short rise, the same for long, and straight down to nothing."""
    left = (updates - update) / (FALL * updates)
    return RATE * min(1.0, (update + 1) / WARM, max(left, 0.0))


@dataclass
class Course:
    """Where the training stands: all that is needed to go on from here."""

    model: Model
    mean: Model
    optimiser: torch.optim.Adam
    state: tuple[torch.Tensor, torch.Tensor]
    update: int = 0

    def save(self, path: Path) -> None:
        """Keep it in a file."""
        parts = (self.model, self.mean, self.optimiser)
        states = [part.state_dict() for part in parts]
        torch.save({"parts": states, "state": self.state, "update": self.update}, path)

    def load(self, path: Path) -> None:
        """Go on from what is in a file."""
        kept = torch.load(path)
        for part, values in zip(
            (self.model, self.mean, self.optimiser), kept["parts"], strict=True
        ):
            part.load_state_dict(values)
        self.state, self.update = kept["state"], kept["update"]


def begun(seed: int) -> Course:
    """A course from the beginning."""
    torch.manual_seed(seed)
    model, mean = (Model(SYMBOLS, CELLS, SYMBOLS) for _ in range(2))
    with torch.no_grad():
        model.lstm.bias_ih_l0[CELLS : 2 * CELLS] = math.log(LONGEST_MEMORY) * torch.rand(CELLS)
    mean.load_state_dict(model.state_dict())
    optimiser = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    return Course(model, mean, optimiser, zeros(STREAMS))


def train(
    course: Course, texts: list[NDArray[np.int64]], updates: int, calm: float
) -> Iterator[float]:
    """Carry on to so many updates, yielding the bits per character of each batch."""
    for rows, begins in islice(reading(texts), course.update, updates):
        goes_on = torch.from_numpy(~begins).float()[:, None]
        hidden, cell = (each.detach() * goes_on for each in course.state)
        ids = torch.from_numpy(rows)
        x = nn.functional.one_hot(ids[:-1].clamp(min=0), SYMBOLS).float()
        logits, course.state = course.model(x, (hidden, cell))
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids[1:].flatten(), ignore_index=-1)
        course.optimiser.zero_grad()
        (loss + calm * course.state[1].abs().mean()).backward()
        nn.utils.clip_grad_norm_(course.model.parameters(), 1.0)
        pace = rate(course.update, updates)
        course.optimiser.param_groups[0]["lr"] = pace
        course.optimiser.step()
        shrink(course.model, pace * SPARSE)
        course.update += 1
        keep = min(KEEP, 1 - 2 / (course.update + 2))
        with torch.no_grad():
            pairs = zip(course.mean.parameters(), course.model.parameters(), strict=True)
            for ours, theirs in pairs:
                ours.lerp_(theirs, 1 - keep)
        yield loss.item() / math.log(2)


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--calm", type=float, default=CALM)
    parser.add_argument("--kept", type=Path, help="goes on from this file, and keeps it up to date")
    parser.add_argument("--out", type=Path, default=resource("demos", "python.npz"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    training, held = source.files()
    texts = [source.ids_of(source.text_of(path)) for path in training]
    starts = [source.ids_of(source.text_of(path))[:4096] for path in held]
    sample = torch.from_numpy(np.stack([s for s in starts if len(s) == 4096][:16], axis=1))
    print(f"{len(texts)} files, {sum(map(len, texts)):,} characters; {len(held)} held out")
    course = begun(0)
    if arguments.kept and arguments.kept.exists():
        course.load(arguments.kept)
    recent: list[float] = []
    for loss in train(course, texts, arguments.updates, arguments.calm):
        recent.append(loss)
        if course.update % 250 == 0 or course.update == arguments.updates:
            print(
                f"{course.update:6} {np.mean(recent):.4f} training, "
                f"{bits(course.mean, sample):.4f} held out, {time.process_time():.0f} s",
                flush=True,
            )
            recent = []
            if arguments.kept:
                course.save(arguments.kept)
    network = network_of(course.mean, python_code.HEAD, source.VOCABULARY, python_code.TITLE)
    network = tidied(network, python_code.followed(network))
    npz.save(halved(network), arguments.out)
    network = load(arguments.out)  # what is measured is what is stored
    npz.save(halved(replace(network, notes=python_code.card(network))), arguments.out)
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
