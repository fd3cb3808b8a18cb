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
from pathlib import Path

import numpy as np
import torch
from measure_counter import VOCABULARY, Card, measure, training_text
from torch import nn

from lstmviz.engine.network import CellWeights, HeadWeights, Network
from lstmviz.engine.spec import HeadSpec, single
from lstmviz.models import npz
from lstmviz.resources import path as resource

CELLS = 5
LONGEST = 12
BATCH = 48
STEPS = 1500
SEEDS = range(16)
CLEAR = 0.99
"""The least correlation of the clearest unit with the count."""
LOUDEST = 1.5
"""How far any unit's cell state may go, as a multiple of the clearest one's."""

EXAMPLE = "#aaaaabbbbb#aaabbb#aaaaaaaabbbbbbbb#ab#"


class Counter(nn.Module):
    """One LSTM layer and a softmax head (its logits)."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(len(VOCABULARY), CELLS, batch_first=True)
        self.head = nn.Linear(CELLS, len(VOCABULARY))
        with torch.no_grad():  # start by remembering everything
            self.lstm.bias_ih_l0[CELLS : 2 * CELLS] = 8.0

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (batch, steps, 3) and the last cell state (1, batch, C)."""
        hidden, (_, cell) = self.lstm(x)
        return self.head(hidden), cell


def batch(rng: random.Random) -> tuple[torch.Tensor, torch.Tensor]:
    """One-hot symbols (BATCH, steps, 3), and for each the probabilities of what may follow.

    After an a, another a and a b may follow, each with ½ (so that nothing is learnt of where
    the lengths end); everywhere else the one symbol that does.
    """
    texts = [training_text(rng, LONGEST, 5) for _ in range(BATCH)]
    shortest = min(map(len, texts))
    ids = torch.tensor([[VOCABULARY.index(s) for s in text[:shortest]] for text in texts])
    symbols = nn.functional.one_hot(ids, len(VOCABULARY)).float()
    after_a = symbols[:, :-1, VOCABULARY.index("a"), None]
    either = torch.tensor([0.0, 0.5, 0.5])
    return symbols[:, :-1], torch.where(after_a > 0, either, symbols[:, 1:])


def train(seed: int) -> Network:
    """A network trained from one seed for a fixed number of batches."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = Counter()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.05, total_steps=STEPS)
    for _ in range(STEPS):
        x, following = batch(rng)
        logits, last = model(x)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), following.flatten(0, 1))
        loss = loss + 0.002 * model.lstm.weight_hh_l0.abs().sum()  # gates that read the input
        loss = loss + 0.003 * last.abs().mean()  # no unit that only counts the steps
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return export(model)


def export(model: Counter) -> Network:
    """The trained weights as a Network; PyTorch's gate order is ours."""
    arrays = {name: value.detach().numpy().copy() for name, value in model.named_parameters()}
    cell = CellWeights(
        arrays["lstm.weight_ih_l0"],
        arrays["lstm.weight_hh_l0"],
        arrays["lstm.bias_ih_l0"],
        arrays["lstm.bias_hh_l0"],
    )
    symbols = len(VOCABULARY)
    return Network(
        single(symbols, CELLS, CELLS, head=HeadSpec(symbols)),
        ({"forward": cell},),
        (HeadWeights(arrays["head.weight"], arrays["head.bias"]),),
        vocabulary=VOCABULARY,
        title="counter: a small LSTM trained on aⁿbⁿ",
        trained=True,
    )


def tidied(network: Network, card: Card) -> Network:
    """The same function with the clearest counter moved to unit 0, counting upwards.

    Units may be listed in any order, and negating a unit's candidate row together with all
    that reads its output leaves every prediction as it is (tanh is odd).
    """
    order = np.argsort(-np.abs(card.correlations), kind="stable")
    sign = np.where(np.array(card.correlations)[order] < 0, -1.0, 1.0).astype(np.float32)
    rows = np.concatenate([gate * CELLS + order for gate in range(4)])
    flips = np.ones(4 * CELLS, np.float32)
    flips[2 * CELLS : 3 * CELLS] = sign
    cell = network.cells[0]["forward"]
    assert cell.input_bias is not None and cell.recurrent_bias is not None and network.head
    moved = CellWeights(
        cell.input_weights[rows] * flips[:, None],
        cell.recurrent_weights[rows][:, order] * flips[:, None] * sign,
        cell.input_bias[rows] * flips,
        cell.recurrent_bias[rows] * flips,
    )
    head = HeadWeights(network.head.weights[:, order] * sign, network.head.bias)
    return Network(
        network.spec, ({"forward": moved},), (head,), network.vocabulary, network.title, True
    )


def noted(network: Network) -> Network:
    """The network with its card: what it learnt from and what was measured."""
    card = measure(network)
    notes = {
        "example": EXAMPLE,
        "trained on": f"Strings aⁿbⁿ with n from 1 to {LONGEST}, joined by #, predicting the next "
        f"symbol: {STEPS} batches of {BATCH} texts of five strings, Adam.",
        "units": f"Unit 0 counts: its cell state rises with every a and falls with every b "
        f"(correlation with the number of open a's {card.correlations[0]:.4f}).",
        "accuracy": f"{card.accuracy:.4f} of the symbols that are decided, n up to {LONGEST}.",
        "largest n": f"{card.largest_n}: every decided symbol is right for all n up to it.",
        "made by": "tools/train_counter.py; measured by tools/measure_counter.py.",
    }
    return Network(
        network.spec, network.cells, network.heads, network.vocabulary, network.title, True, notes
    )


def main() -> None:
    """Train every seed, keep the best, write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=resource("demos", "counter.npz"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    best: tuple[tuple[bool, int], Network] | None = None
    for seed in SEEDS:
        network = train(seed)
        card = measure(network)
        network = tidied(network, card)
        clearest = max(map(abs, card.correlations))
        print(
            f"seed {seed}: {clearest=:.4f} accuracy={card.accuracy:.4f} "
            f"{card.largest_n=} {card.loudest=:.2f}"
        )
        visible = card.loudest <= LOUDEST
        rank = (clearest >= CLEAR and visible, card.largest_n)
        if best is None or rank > best[0]:
            best = rank, network
    assert best is not None
    npz.save(noted(best[1]), arguments.out)
    print(f"wrote {arguments.out}: {measure(best[1])}")


if __name__ == "__main__":
    main()
