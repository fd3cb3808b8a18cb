"""Train the bundled demo: a small LSTM that predicts the next symbol of aⁿbⁿ strings.

python tools/train_counter.py [--out resources/demos/counter.npz]

Needs PyTorch (any recent version, CPU); everything else in lstmviz does without. The
strings are joined by `#`; after the first b everything is decided, so the network has to
count. Several seeds are trained; of those with a unit that follows the count of open a's
closely and that no other drowns out, the one that goes on furthest past the training lengths
is kept.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from demos.counter import HEAD, LONGEST, TITLE, VOCABULARY, card, measure, training_text
from torch import nn
from training import Model, network_of, reordered

from lstmviz.engine.network import Network
from lstmviz.models import npz
from lstmviz.resources import path as resource

CELLS = 5
BATCH = 48
STEPS = 1500
SEEDS = range(16)
CLEAR = 0.99
"""The least correlation of the clearest unit with the count."""
LOUDEST = 1.5
"""How far any unit's cell state may go, as a multiple of the clearest one's."""


def batch(rng: random.Random) -> tuple[torch.Tensor, torch.Tensor]:
    """One-hot symbols (steps, BATCH, 3), and for each the probabilities of what may follow.

    After an a, another a and a b may follow, each with ½ (so that nothing is learnt of where
    the lengths end); everywhere else the one symbol that does.
    """
    texts = [training_text(rng, LONGEST, 5) for _ in range(BATCH)]
    shortest = min(map(len, texts))
    ids = torch.tensor([[VOCABULARY.index(s) for s in text[:shortest]] for text in texts]).T
    symbols = nn.functional.one_hot(ids, len(VOCABULARY)).float()
    after_a = symbols[:-1, :, VOCABULARY.index("a"), None]
    either = torch.tensor([0.0, 0.5, 0.5])
    return symbols[:-1], torch.where(after_a > 0, either, symbols[1:])


def train(seed: int) -> Network:
    """A network trained from one seed for a fixed number of batches."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = Model(len(VOCABULARY), CELLS, len(VOCABULARY))
    with torch.no_grad():  # start by remembering everything
        model.lstm.bias_ih_l0[CELLS : 2 * CELLS] = 8.0
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.05, total_steps=STEPS)
    for _ in range(STEPS):
        x, following = batch(rng)
        logits, (_, last) = model(x)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), following.flatten(0, 1))
        loss = loss + 0.002 * model.lstm.weight_hh_l0.abs().sum()  # gates that read the input
        loss = loss + 0.003 * last.abs().mean()  # no unit that only counts the steps
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return network_of(model, HEAD, VOCABULARY, TITLE)


def main() -> None:
    """Train every seed, keep the best, write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=resource("demos", "counter.npz"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    best: tuple[tuple[bool, int], Network] | None = None
    for seed in SEEDS:
        network = train(seed)
        measured = measure(network)
        correlations = np.array(measured.correlations)
        order = np.argsort(-np.abs(correlations), kind="stable")
        signs = np.where(correlations[order] < 0, -1.0, 1.0)
        network = reordered(network, order, signs)
        clearest = max(map(abs, measured.correlations))
        print(
            f"seed {seed}: {clearest=:.4f} accuracy={measured.accuracy:.4f} "
            f"largest n={measured.largest_n} loudest={measured.loudest:.2f}"
        )
        visible = measured.loudest <= LOUDEST
        rank = (clearest >= CLEAR and visible, measured.largest_n)
        if best is None or rank > best[0]:
            best = rank, network
    assert best is not None
    npz.save(replace(best[1], notes=card(best[1])), arguments.out)
    print(f"wrote {arguments.out}: {measure(best[1])}")


if __name__ == "__main__":
    main()
