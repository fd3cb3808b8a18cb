"""Random models of PyTorch in every file it writes, and what PyTorch computes with them.

Needs torch and safetensors, which neither the program nor its tests do.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from lstmviz.engine.states import Initial, State
from lstmviz.engine.trace import layer_input
from lstmviz.engine.unroll import run
from lstmviz.models import open_model

CONTAINERS = (
    *("state_dict .pt", "old .pth", "Lightning .ckpt", "module .pt", "TorchScript .pt"),
    *("traced .pt", "export .pt2", ".safetensors", ".npz"),
)
PREFIXES = ("", "module.", "model.", "_orig_mod.", "net.encoder.", "module._orig_mod.", "a.0.")
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "ema")
HALVES = (torch.float16, torch.bfloat16)
GATES = ("input_gate", "forget_gate", "candidate", "output_gate")


class Net(nn.Module):
    """An LSTM, perhaps behind an embedding and a layer that is not run, perhaps with a Dense."""

    def __init__(self, lstm: nn.LSTM, table: int, head: int, dtype: torch.dtype) -> None:
        super().__init__()
        width = 2 * lstm.hidden_size if lstm.bidirectional else lstm.hidden_size
        if lstm.proj_size:
            width = 2 * lstm.proj_size if lstm.bidirectional else lstm.proj_size
        if table:
            self.embedding = nn.Embedding(table, lstm.input_size, dtype=dtype)
        self.rnn = lstm
        if head:
            self.fc = nn.Linear(width, head, dtype=dtype)
        self.table, self.head = table, head

    def forward(self, x):
        """Every step's output and the final states."""
        if self.table:
            x = self.embedding(x)
        y, states = self.rnn(x)
        return (self.fc(y) if self.head else y), states


class Plain(nn.Module):
    """Only what `torch.jit.script` takes: a bare LSTM under a name."""

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        self.rnn = lstm

    def forward(self, x):
        """The LSTM's own results."""
        return self.rnn(x)


class Cells(nn.Module):
    """LSTMCells that feed each other."""

    def __init__(self, cells: list[nn.LSTMCell]) -> None:
        super().__init__()
        self.cells = nn.ModuleList(cells)


@dataclass(frozen=True)
class Case:
    """A random model: `module` holds `lstm` (or `cells`), `stored` is the type in the file."""

    module: nn.Module
    lstm: nn.LSTM | None
    cells: tuple[nn.LSTMCell, ...]
    container: str
    stored: torch.dtype
    x: np.ndarray
    prefix: str
    wrapper: str

    @property
    def wide(self) -> torch.dtype:
        """The type that numbers are computed in."""
        return torch.float64 if self.stored == torch.float64 else torch.float32

    def __str__(self) -> str:
        return f"{self.container} {self.stored} {self.prefix!r} {self.module}"


def random_case(rng: np.random.Generator) -> Case:
    """Sizes, layers, directions, projection, bias, type, names and container at random."""
    container = str(rng.choice(CONTAINERS))
    stored = (torch.float32, torch.float32, torch.float64, *HALVES)[rng.integers(5)]
    size, width = int(rng.integers(1, 12)), int(rng.integers(1, 9))
    steps = int(rng.integers(1, 13))
    prefix, wrapper = str(rng.choice(PREFIXES)), str(rng.choice(WRAPPERS))
    weights_alone = container not in ("module .pt", "TorchScript .pt", "traced .pt", "export .pt2")
    if weights_alone and rng.random() < 0.2:
        sizes = [width, *rng.integers(1, 9, int(rng.integers(1, 4))).tolist()]
        bias = bool(rng.random() < 0.7)
        cells = [nn.LSTMCell(a, b, bias=bias, dtype=stored) for a, b in itertools.pairwise(sizes)]
        module: nn.Module = spread(Cells(cells), rng)
        x = rng.normal(size=(steps, width))
        return Case(module, None, tuple(cells), container, stored, x, prefix, wrapper)
    lstm = nn.LSTM(
        width,
        size,
        int(rng.integers(1, 5)),
        bias=bool(rng.random() < 0.75),
        batch_first=bool(rng.random() < 0.5),
        bidirectional=bool(rng.random() < 0.5),
        proj_size=int(rng.integers(1, size)) if size > 1 and rng.random() < 0.4 else 0,
        dtype=stored,
    )
    table = 7 if rng.random() < 0.3 else 0
    head = int(rng.integers(1, 5)) if rng.random() < 0.4 else 0
    bare = container == "TorchScript .pt"
    module = spread(Plain(lstm) if bare else Net(lstm, table, head, stored), rng)
    if container == "module .pt" and rng.random() < 0.3:
        module = lstm
    x = rng.normal(size=(steps, width))
    if table and not bare and module is not lstm:
        x = rng.integers(0, table, steps)
    return Case(module, lstm, (), container, stored, x, prefix, wrapper)


def spread(module: nn.Module, rng: np.random.Generator) -> nn.Module:
    """The module with weights that use the whole range of the gates."""
    with torch.no_grad():
        for parameter in module.parameters():
            values = torch.from_numpy(rng.uniform(-1, 1, parameter.shape))
            parameter.copy_(values)
    return module.eval()


def write(case: Case, folder: Path, index: int) -> Path:
    """The case as its container."""
    path = folder / f"m{index}.{case.container.rpartition('.')[2]}"
    state = {case.prefix + name: value for name, value in case.module.state_dict().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if case.container == "state_dict .pt":
            torch.save(state, path)
        elif case.container == "old .pth":
            torch.save({case.wrapper: state}, path, _use_new_zipfile_serialization=False)
        elif case.container == "Lightning .ckpt":
            torch.save(
                {"epoch": 2, "pytorch-lightning_version": "2.4.0", case.wrapper: state}, path
            )
        elif case.container == "module .pt":
            torch.save(case.module, path)
        elif case.container == "TorchScript .pt":
            torch.jit.script(case.module).save(str(path))
        elif case.container == "traced .pt":
            torch.jit.trace(case.module, given(case)).save(str(path))
        elif case.container == "export .pt2":
            torch.export.save(torch.export.export(case.module, (given(case),)), path)
        elif case.container == ".safetensors":
            save_file(state, path, metadata={"format": "pt"})
        else:
            wide = {torch.bfloat16: torch.float32}.get(case.stored, case.stored)
            np.savez(path, **{name: value.to(wide).numpy() for name, value in state.items()})
    return path


def given(case: Case) -> torch.Tensor:
    """The input as the module takes it: one sequence, as a batch."""
    x = torch.from_numpy(case.x)
    x = x if x.dtype == torch.int64 else x.to(case.stored)
    assert case.lstm is not None
    return x[None] if case.lstm.batch_first else x[:, None]


def differences(case: Case, path: Path, rng: np.random.Generator) -> dict[str, float]:
    """The largest differences from PyTorch, by what was compared."""
    opened = open_model(path)
    module = case.module.to(case.wide)  # in place: halves are computed wide, as here
    x = case.x if case.x.dtype.kind == "i" else case.x.astype(str(case.wide).partition(".")[2])
    initial, states = random_states(case, opened.network, rng)
    trace = run(opened.network, x, initial)
    with torch.no_grad():
        if case.cells:
            return {"gates and states": stepped(case, trace, initial, case.cells)}
        worst = {"gates and states": stepped(case, trace, initial, None)}
        worst |= whole(replace(case, module=module, x=x), opened.network, trace, states)
    return worst


def random_states(case, network, rng):
    """Starting states of every layer, as lstmviz and as PyTorch takes them; None for zeros."""
    if rng.random() < 0.5:
        return None, None
    kind = str(case.wide).partition(".")[2]
    rows, hidden, cell = [], [], []
    for spec in network.spec.layers:
        each = {}
        for way in spec.directions:
            h, c = (rng.normal(size=n).astype(kind) for n in (spec.hidden_size, spec.cell_size))
            each[way] = State(h, c)
            hidden.append(h)
            cell.append(c)
        rows.append(each)
    if case.cells:
        return Initial(tuple(rows)), None
    pair = torch.from_numpy(np.stack(hidden)), torch.from_numpy(np.stack(cell))
    return Initial(tuple(rows)), pair


def whole(case, network, trace, states) -> dict[str, float]:
    """Outputs and final states against the module's own run."""
    x = torch.from_numpy(case.x)
    lstm, module = case.lstm, case.module
    inner = module.embedding(x) if network.spec.embedding else x
    y, (h, c) = lstm(inner, states) if states is not None else lstm(inner)
    if network.spec.heads:
        y = module.fc(y)
    elif isinstance(module, Net) and module.head:
        raise AssertionError("the head was not taken")
    worst = {"output": apart(trace.output, y)}
    at, finals = 0, 0.0
    for layer in trace.layers:
        for way, rows in layer.directions():
            end = -1 if way == "forward" else 0
            finals = max(finals, apart(rows.hidden_state[end], h[at]))
            finals = max(finals, apart(rows.cell_state[end], c[at]))
            at += 1
    assert at == len(h)
    return worst | {"final states": finals}


def stepped(case, trace, initial, cells) -> float:
    """The largest difference of any gate or state of any step from PyTorch's cell.

    Gates are PyTorch's formula step by step, from the layer's input in the trace; without a
    projection nn.LSTMCell is run beside it, and must agree with the formula.
    """
    worst = 0.0
    for index, layer in enumerate(trace.layers):
        for way, rows in layer.directions():
            weights = cell_weights(case, index, way)
            x = torch.from_numpy(np.ascontiguousarray(layer_input(trace, index))).to(case.wide)
            turn = -1 if way == "backward" else 1
            state = initial.of(index, way) if initial else None
            theirs = by_hand(x if turn == 1 else x.flip(0), weights, state)
            for name, values in theirs.items():
                worst = max(worst, apart(getattr(rows, name)[::turn], values))
    return worst


def cell_weights(case, index, way) -> list:
    """W_ih, W_hh, b_ih, b_hh and W_hr of one direction, None where absent."""
    if case.cells:
        cell = case.cells[index]
        return [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh, None]
    end = f"_l{index}{'_reverse' if way == 'backward' else ''}"
    roles = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    return [getattr(case.lstm, role + end, None) for role in roles]


def by_hand(x, weights, state) -> dict[str, torch.Tensor]:
    """Gates and states of every step, (steps, ·) each."""
    into, back, b_in, b_back, project = weights
    cell = None
    h, c = x.new_zeros(back.shape[1]), x.new_zeros(len(back) // 4)
    if state is not None:
        h, c = torch.from_numpy(state.hidden), torch.from_numpy(state.cell)
    if project is None:
        cell = nn.LSTMCell(into.shape[1], len(c), bias=b_in is not None, dtype=x.dtype)
        cell.load_state_dict(
            {
                name: value
                for name, value in zip(
                    ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), weights, strict=False
                )
                if value is not None
            }
        )
    rows = []
    for row in x:
        before = h, c
        a = nn.functional.linear(row, into, b_in) + nn.functional.linear(h, back, b_back)
        i, f, g, o = a.chunk(4)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        m = o * c.tanh()
        h = m if project is None else project @ m
        if cell is not None:
            ours = cell(row, before)
            assert torch.allclose(ours[0], h, atol=1e-6) and torch.allclose(ours[1], c, atol=1e-6)
        rows.append((i, f, g, o, c, m, h))
    names = (*GATES, "cell_state", "cell_output", "hidden_state")
    return {
        name: torch.stack(column)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


def apart(ours, theirs) -> float:
    """The largest difference of two arrays of one shape."""
    theirs = theirs.numpy()
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    return float(np.abs(ours.astype(np.float64) - theirs).max())


def compare(count: int, seed: int, folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Random models: the kind of file and type, and the largest differences from PyTorch."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    for index in range(count):
        case = random_case(rng)
        path = write(case, folder, index)
        try:
            worst = differences(case, path, rng)
        except Exception as error:
            raise AssertionError(f"model {index} of seed {seed}: {case}") from error
        yield f"{case.container} {str(case.stored).partition('.')[2]}", worst
        path.unlink()
