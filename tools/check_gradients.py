"""Hold gradients against PyTorch's: random LSTMs, every array of `analysis.gradients`, and the
norm of ∂cₜ/∂cₖ of `analysis.forgetting` for a layer and direction.

Needs PyTorch in an environment of your own: `pip install torch`, then

    python tools/check_gradients.py [--count 200] [--seed 0]

It prints the largest difference relative to the largest gradient of each array. PyTorch runs
`nn.LSTM` in float64 for the input and the initial states, and a loop of the equations whose
gates keep their gradients for the rest; both must agree.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lstmviz.analysis.bptt import gradients
from lstmviz.analysis.jacobians import forgetting
from lstmviz.engine.network import CellWeights, HeadWeights, Network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.states import Initial, State
from lstmviz.engine.unroll import run


def networks(rng: np.random.Generator) -> tuple[torch.nn.LSTM, torch.nn.Linear, Network]:
    """The same random network twice: PyTorch's and ours."""
    inputs, cell, layers = (int(rng.integers(1, n)) for n in (12, 24, 4))
    hidden = int(rng.integers(1, cell)) if cell > 1 and rng.random() < 0.5 else 0
    both, bias = bool(rng.random() < 0.5), bool(rng.random() < 0.8)
    lstm = torch.nn.LSTM(
        inputs, cell, layers, bias=bias, bidirectional=both, proj_size=hidden, dtype=torch.float64
    )
    width = (hidden or cell) * (2 if both else 1)
    dense = torch.nn.Linear(width, int(rng.integers(1, 6)), dtype=torch.float64)
    ways = ("forward", "backward") if both else ("forward",)
    specs, cells, size = [], [], inputs
    for k in range(layers):
        specs.append(CellSpec(size, hidden or cell, cell, directions=ways))
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        cells.append(
            {
                way: CellWeights(
                    *(
                        None
                        if (array := getattr(lstm, f"{name}_l{k}{tail}", None)) is None
                        else array.detach().numpy()
                        for name in names
                    )
                )
                for way, tail in zip(ways, ("", "_reverse"), strict=False)
            }
        )
        size = width
    head = HeadWeights(dense.weight.detach().numpy(), dense.bias.detach().numpy())
    spec = NetworkSpec(tuple(specs), (HeadSpec(dense.out_features, "softmax"),))
    return lstm, dense, Network(spec, tuple(cells), (head,))


def loop(
    network: Network, x: torch.Tensor, h0: torch.Tensor, c0: torch.Tensor
) -> tuple[torch.Tensor, dict[str, list[torch.Tensor]]]:
    """The equations in PyTorch, every array keeping its gradient, by its name in a trace."""
    kept: dict[str, list[torch.Tensor]] = {}
    source, k = list(x), 0
    for index, directions in enumerate(network.cells):
        outputs = []
        for way, weights in directions.items():
            w, u, b, v, p = (
                None if a is None else torch.tensor(a)
                for a in (
                    *(weights.input_weights, weights.recurrent_weights),
                    *(weights.input_bias, weights.recurrent_bias, weights.projection),
                )
            )
            h, c, rows = h0[k], c0[k], {}
            k += 1
            for t in range(len(x)) if way == "forward" else reversed(range(len(x))):
                a = w @ source[t] + u @ h
                a = a if b is None else a + b + v
                i, f, g, o = a.chunk(4)
                i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
                c = f * c + i * g
                m = o * c.tanh()
                h = m if p is None else p @ m
                rows[t] = (i, f, g, o, c, m, h)
                for array in rows[t]:
                    array.retain_grad()
            names = ("input_gate", "forget_gate", "candidate", "output_gate")
            for n, name in enumerate((*names, "cell_state", "cell_output", "hidden_state")):
                kept[f"{index} {way} {name}"] = [rows[t][n] for t in range(len(x))]
            outputs.append([rows[t][6] for t in range(len(x))])
        source = [torch.cat(parts) for parts in zip(*outputs, strict=True)]
    return torch.stack(source), kept


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, relative to the largest value expected."""
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-12))


def jacobian_norms(cells: list[torch.Tensor]) -> np.ndarray:
    """‖∂c_last/∂c‖_F / √C of every cell state, the last first, by autograd."""
    last, size = cells[-1], len(cells[-1])
    rows = [
        torch.autograd.grad(last[unit], cells, retain_graph=True, materialize_grads=True)
        for unit in range(size)
    ]
    norms = [torch.stack([row[k] for row in rows]).norm().item() for k in range(len(cells))]
    return np.array(norms[::-1]) / size**0.5


def jacobian_difference(
    network: Network,
    initial: Initial,
    x: np.ndarray,
    kept: dict[str, list[torch.Tensor]],
    step: int,
) -> float:
    """The largest relative difference of ∂cₜ/∂cₖ over all layers and directions, at one step."""
    trace, worst = run(network, x, initial), 0.0
    for index, directions in enumerate(network.cells):
        for way in directions:
            cells = kept[f"{index} {way} cell_state"]
            order = (
                cells[: step + 1] if way == "forward" else cells[: step - 1 if step else None : -1]
            )
            found = forgetting(network, trace, step, len(order), index, way)
            expected = jacobian_norms(order)
            worst = max(worst, float(np.abs(found.norms / expected - 1).max()))
    return worst


def compare(rng: np.random.Generator) -> dict[str, float]:
    """The largest relative differences of one random network, by kind of array."""
    lstm, dense, network = networks(rng)
    steps = int(rng.integers(1, 15))
    step, out = int(rng.integers(0, steps)), int(rng.integers(0, dense.out_features))
    count, cell = network.spec.layers[0], network.spec.layers[0].cell_size
    ways = len(network.spec.layers) * len(count.directions)
    x = torch.tensor(rng.normal(size=(steps, lstm.input_size)), requires_grad=True)
    h0 = torch.tensor(rng.normal(size=(ways, count.hidden_size)), requires_grad=True)
    c0 = torch.tensor(rng.normal(size=(ways, cell)), requires_grad=True)
    y, _ = lstm(x[:, None], (h0[:, None], c0[:, None]))
    dense(y[step, 0]).softmax(0)[out].backward()
    states = iter(range(ways))
    initial = Initial(
        tuple(
            {
                way: State(h0.detach().numpy()[k], c0.detach().numpy()[k])
                for way, k in zip(layer, states, strict=False)
            }
            for layer in network.cells
        )
    )
    found = gradients(network, x.detach().numpy(), step, out, initial)
    worst = {"input": difference(found.input, x.grad.numpy())}
    # A run of its own: what it asks for is left in the gradients that its arrays keep.
    _, kept = loop(network, *(array.detach().requires_grad_() for array in (x, h0, c0)))
    worst["∂c/∂c"] = jacobian_difference(network, initial, x.detach().numpy(), kept, step)
    y, kept = loop(network, *(array.detach().requires_grad_() for array in (x, h0, c0)))
    dense(y[step]).softmax(0)[out].backward()
    for name, rows in kept.items():
        index, way, array = name.split()
        zero = torch.zeros_like(rows[0])
        expected = torch.stack([zero if row.grad is None else row.grad for row in rows]).numpy()
        if np.abs(expected).max() < 1e-12:
            continue
        ours = getattr(getattr(found.layers[int(index)], way), array)
        worst[array] = max(worst.get(array, 0.0), difference(ours, expected))
    k = 0
    for layer in found.layers:
        for _, direction in layer.directions():
            for name, start in (("hidden", h0), ("cell", c0)):
                expected = start.grad.numpy()[k]
                if np.abs(expected).max() > 1e-12:
                    ours = getattr(direction, f"initial_{name}_state")
                    key = f"initial_{name}_state"
                    worst[key] = max(worst.get(key, 0.0), difference(ours, expected))
            k += 1
    return worst


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    torch.manual_seed(given.seed)
    worst: dict[str, float] = {}
    for _ in range(given.count):
        for name, value in compare(rng).items():
            worst[name] = max(worst.get(name, 0.0), value)
    print(f"{given.count} random networks, the largest relative differences:")
    for name, value in worst.items():
        print(f"  {name:24}{value:.1e}")


if __name__ == "__main__":
    main()
