"""What the scripts that train the demos share. Needs PyTorch (any recent version, CPU)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import torch
from demos.common import Batch, Followed
from numpy.typing import NDArray
from torch import nn

from lstmviz.engine.network import CellWeights, HeadWeights, Network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec


class Model(nn.Module):
    """One LSTM layer and a Dense head (before its softmax or sigmoid)."""

    def __init__(self, inputs: int, cells: int, outputs: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(inputs, cells)
        self.head = nn.Linear(cells, outputs)

    def remember(self, longest: float) -> None:
        """Start with time scales drawn from 1 to `longest` steps (Tallec and Ollivier 2018)."""
        cells = self.lstm.hidden_size
        with torch.no_grad():
            scales = torch.log(1 + torch.rand(cells) * (longest - 2))
            self.lstm.bias_ih_l0.zero_()
            self.lstm.bias_hh_l0.zero_()
            self.lstm.bias_ih_l0[:cells] = -scales
            self.lstm.bias_ih_l0[cells : 2 * cells] = scales

    def forward(
        self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """(steps, sequences, outputs) before the head's activation, and the last states."""
        hidden, state = self.lstm(x, state)
        return self.head(hidden), state


def loss_of(said: torch.Tensor, batch: Batch, activation: str) -> torch.Tensor:
    """The mean loss over the steps that count; of probabilities, how far it is above the least."""
    target, weights = torch.from_numpy(batch.targets), torch.from_numpy(batch.weights)
    if activation == "softmax":
        losses = -(target * torch.log_softmax(said, -1)).sum(-1)
        losses = losses + torch.xlogy(target, target).sum(-1)
    elif activation == "sigmoid":
        losses = nn.functional.binary_cross_entropy_with_logits(said, target, reduction="none")
        losses = losses.mean(-1)
    else:
        losses = (said - target).square().mean(-1)
    return (losses * weights).sum() / weights.sum()


def fit(
    model: Model,
    batches: Iterable[Batch],
    activation: str,
    *,
    updates: int,
    rate: float,
    sparse: float = 0.0,
    calm: float = 0.0,
) -> float:
    """Train for so many batches, the learning rate in one cycle; the mean loss of the last 50.

    `sparse` draws the recurrent weights towards zero, as a multiple of the rate a batch
    (soft thresholding): what one unit can hold by itself is then spread over fewer. `calm`
    times the mean |c| at the end is added to the loss: no unit only counts the steps.
    """
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, updates, pct_start=0.15)
    recent = []
    for _, batch in zip(range(updates), batches, strict=False):
        said, (_, last) = model(torch.from_numpy(batch.x))
        loss = loss_of(said, batch, activation)
        optimiser.zero_grad()
        (loss + calm * last.abs().mean()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        shrink(model, sparse * schedule.get_last_lr()[0])
        schedule.step()
        recent = [*recent[-49:], loss.item()]
    return float(np.mean(recent))


def shrink(model: Model, by: float) -> None:
    """Draw every recurrent weight towards zero."""
    if by:
        with torch.no_grad():
            model.lstm.weight_hh_l0.copy_(nn.functional.softshrink(model.lstm.weight_hh_l0, by))


def network_of(
    model: Model, head: HeadSpec, vocabulary: tuple[str, ...] | None, title: str
) -> Network:
    """The trained weights as a Network; PyTorch's gate order is ours."""
    arrays = {name: value.detach().numpy().copy() for name, value in model.named_parameters()}
    cell = CellWeights(
        arrays["lstm.weight_ih_l0"],
        arrays["lstm.weight_hh_l0"],
        arrays["lstm.bias_ih_l0"],
        arrays["lstm.bias_hh_l0"],
    )
    cells = model.lstm.hidden_size
    return Network(
        NetworkSpec((CellSpec(model.lstm.input_size, cells, cells),), (head,)),
        ({"forward": cell},),
        (HeadWeights(arrays["head.weight"], arrays["head.bias"]),),
        vocabulary=vocabulary,
        title=title,
        trained=True,
    )


def reordered(network: Network, order: NDArray[np.int64], signs: NDArray[np.float64]) -> Network:
    """The same function with unit `order[k]` of one layer in place k, its state times `signs[k]`.

    Units may be listed in any order, and negating a unit's candidate row together with all
    that reads its output leaves every prediction as it is (tanh is odd).
    """
    cell, head = network.cells[0]["forward"], network.heads[0]
    cells = network.spec.layers[0].cell_size
    rows = np.concatenate([gate * cells + order for gate in range(4)])
    signs = signs.astype(np.float32)
    flips = np.ones(4 * cells, np.float32)
    flips[2 * cells : 3 * cells] = signs
    assert cell.input_bias is not None and cell.recurrent_bias is not None
    moved = CellWeights(
        cell.input_weights[rows] * flips[:, None],
        cell.recurrent_weights[rows][:, order] * flips[:, None] * signs,
        cell.input_bias[rows] * flips,
        cell.recurrent_bias[rows] * flips,
    )
    heads = (HeadWeights(head.weights[:, order] * signs, head.bias),)
    return replace(network, cells=({"forward": moved},), heads=heads)


def tidied(network: Network, followed: Followed) -> Network:
    """The same function with the units that follow something first, and following upwards."""
    cells = network.spec.layers[0].cell_size
    first = {each.best.unit: np.sign(each.best.correlation) or 1.0 for each in reversed(followed)}
    front = list(dict.fromkeys(each.best.unit for each in followed))
    order = np.array([*front, *(unit for unit in range(cells) if unit not in first)])
    signs = np.array([first.get(int(unit), 1.0) for unit in order])
    return reordered(network, order, signs)
