"""Make tests/data/torch_lstm.npz: what PyTorch computes, for the engine to be held against.

Needs torch (`pip install torch`), which the tests themselves do not. Run from the top level:

    python tools/make_goldens.py

Each case holds the weights under PyTorch's names, the input, the initial states, and every
array of a run under the trace's names. PyTorch's LSTM returns neither gates nor cell states
per step, so they come from the same equations on torch tensors, and the script refuses to
write them unless their hidden states, and the final cell states, are those of `torch.nn.LSTM`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

TARGET = Path(__file__).parent.parent / "tests" / "data" / "torch_lstm.npz"

CASES = {
    "plain32": {"dtype": "float32"},
    "plain64": {"dtype": "float64"},
    "projected32": {"dtype": "float32", "proj_size": 4},
    "projected64": {"dtype": "float64", "proj_size": 4},
    "no_bias64": {"dtype": "float64", "bias": False},
    "stacked64": {"dtype": "float64", "num_layers": 2},
    "both_ways64": {"dtype": "float64", "bidirectional": True},
    "stacked_both_ways_projected32": {
        "dtype": "float32",
        "num_layers": 2,
        "bidirectional": True,
        "proj_size": 4,
    },
    "stacked_both_ways_projected64": {
        "dtype": "float64",
        "num_layers": 2,
        "bidirectional": True,
        "proj_size": 4,
    },
}

Case = dict[str, np.ndarray]


def make_case(
    seed: int,
    *,
    dtype: str,
    input_size: int = 3,
    cell_size: int = 7,
    steps: int = 6,
    proj_size: int = 0,
    num_layers: int = 1,
    bidirectional: bool = False,
    bias: bool = True,
) -> Case:
    """Weights, input, initial states and every array of a run of a random `torch.nn.LSTM`."""
    torch.manual_seed(seed)
    kind = getattr(torch, dtype)
    lstm = torch.nn.LSTM(
        input_size,
        cell_size,
        num_layers,
        bias=bias,
        proj_size=proj_size,
        bidirectional=bidirectional,
        dtype=kind,
    )
    ways = 1 + bidirectional
    x = torch.randn(steps, input_size, dtype=kind)
    h0 = torch.randn(num_layers * ways, proj_size or cell_size, dtype=kind)
    c0 = torch.randn(num_layers * ways, cell_size, dtype=kind)
    case = {name: tensor.numpy() for name, tensor in lstm.state_dict().items()}
    with torch.no_grad():
        output, (_, c_n) = lstm(x, (h0, c0))
        source = x
        for layer in range(num_layers):
            hidden = []
            for way in range(ways):
                index = layer * ways + way
                rows = record(lstm, layer, way, source, h0[index], c0[index])
                close(rows["cell_state"][0 if way else -1], c_n[index])
                prefix = f"layer{layer}.{('forward', 'backward')[way]}"
                rows |= {"initial_hidden_state": h0[index], "initial_cell_state": c0[index]}
                case |= {f"{prefix}.{name}": rows[name].numpy() for name in rows}
                hidden.append(rows["hidden_state"])
            source = torch.cat(hidden, dim=1)
        close(source, output)
    return case | {"input": x.numpy(), "output": output.numpy()}


def record(
    lstm: torch.nn.LSTM,
    layer: int,
    way: int,
    source: torch.Tensor,
    h: torch.Tensor,
    c: torch.Tensor,
) -> dict[str, torch.Tensor]:
    """One direction step by step, as PyTorch documents it, keeping every array."""
    weights = {
        name: getattr(lstm, f"{name}_l{layer}{'_reverse' if way else ''}", None)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    }
    rows = []
    for x in source.flip(0) if way else source:
        a = weights["weight_ih"] @ x + weights["weight_hh"] @ h
        if lstm.bias:
            a = a + weights["bias_ih"] + weights["bias_hh"]
        a_i, a_f, a_g, a_o = a.chunk(4)
        i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
        c = f * c + i * g
        m = o * c.tanh()
        h = weights["weight_hr"] @ m if lstm.proj_size else m
        rows.append((i, f, g, o, c, m, h))
    names = (
        *("input_gate", "forget_gate", "candidate", "output_gate"),
        *("cell_state", "cell_output", "hidden_state"),
    )
    columns = [torch.stack(column) for column in zip(*rows, strict=True)]
    return {
        name: column.flip(0) if way else column for name, column in zip(names, columns, strict=True)
    }


def close(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    """Refuse arrays that differ by more than rounding."""
    tolerance = 1e-6 if ours.dtype == torch.float32 else 1e-14
    torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


def main() -> None:
    """Write every case, each array under `case/name`."""
    stored = {}
    for seed, (name, options) in enumerate(CASES.items()):
        for array, values in make_case(seed, **options).items():
            stored[f"{name}/{array}"] = values
    np.savez_compressed(TARGET, **stored)
    print(f"{TARGET}: {len(CASES)} cases, {TARGET.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
