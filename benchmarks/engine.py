"""The engine's speed: whole runs beside PyTorch's and beside their floor.

    python benchmarks/engine.py [--repeat N]

Medians in milliseconds of whole sequences, float32, all measured in turns in one process:

- `run`    our engine, recording every gate and state
- `floor`  nothing but the recurrent (and projecting) matrix-vector products in NumPy
- `torch`  torch.nn.LSTM, which records the hidden states only
- `loop`   the same equations step by step on torch tensors, recording every gate and state

Everything runs in one thread, as the engine does; `torch*` is torch.nn.LSTM in as many
threads as it likes. Without torch its columns are left out. The first chunk is what a
window waits for before it can draw columns. At the end whole runs of variants of the cell.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import numpy as np

from lstmviz.engine import unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.threads import one_thread
from lstmviz.engine.variant import Activation, Variant, named_variant

try:
    import torch
except ImportError:
    torch = None

SIZES = ((5, 64, 64, 1000), (5, 256, 256, 1000), (5, 1024, 1024, 1000), (5, 128, 256, 1000))
"""Input, hidden, cell size and steps."""


VARIANTS = {
    "standard": Variant(),
    **{name: named_variant(name) for name in ("peephole", "CIFG", "NIG", "FGR")},
    "clip": Variant(clip=3.0, cell_clip=10.0),
    "hard_sigmoid": Variant(gate=Activation("hard_sigmoid")),
}
"""Variants measured at the second of the sizes."""


def floor(network, steps):
    """The bare products of a run, one thread, no operand but zeros and no result kept."""
    weights = network.cells[0]["forward"]
    recurrent = np.array(weights.recurrent_weights)
    h, a = np.zeros(recurrent.shape[1], np.float32), np.zeros(len(recurrent), np.float32)
    if weights.projection is None:
        with one_thread():
            for _ in range(steps):
                recurrent.dot(h, a)
        return
    projection, m = np.array(weights.projection), np.zeros(len(a) // 4, np.float32)
    with one_thread():
        for _ in range(steps):
            recurrent.dot(h, a)
            projection.dot(m, h)


def torch_lstm(network):
    """A torch.nn.LSTM with the network's weights."""
    spec, weights = network.spec.layers[0], network.cells[0]["forward"]
    proj_size = spec.hidden_size if spec.projected else 0
    lstm = torch.nn.LSTM(spec.input_size, spec.cell_size, proj_size=proj_size)
    names = {
        "weight_ih_l0": weights.input_weights,
        "weight_hh_l0": weights.recurrent_weights,
        "bias_ih_l0": weights.input_bias,
        "bias_hh_l0": weights.recurrent_bias,
        "weight_hr_l0": weights.projection,
    }
    lstm.load_state_dict({name: torch.tensor(a) for name, a in names.items() if a is not None})
    return lstm


def recording_loop(lstm, x):
    """Every gate and state by torch operations, step by step."""
    h = torch.zeros(lstm.proj_size or lstm.hidden_size)
    c = torch.zeros(lstm.hidden_size)
    rows = []
    terms = torch.addmm(lstm.bias_ih_l0 + lstm.bias_hh_l0, x, lstm.weight_ih_l0.T)
    for term in terms:
        a_i, a_f, a_g, a_o = torch.addmv(term, lstm.weight_hh_l0, h).chunk(4)
        i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
        c = f * c + i * g
        m = o * c.tanh()
        h = lstm.weight_hr_l0 @ m if lstm.proj_size else m
        rows.append((i, f, g, o, c, m, h))
    return [torch.stack(column) for column in zip(*rows, strict=True)]


def first_chunk(network, x):
    """Until the first rows of a trace are there, its allocation included."""
    trace = unroll.allocate(network, x)
    next(done for done in unroll.chunks(network, trace) if done)


def threaded(count, work):
    """The work with torch in so many threads."""

    def with_threads():
        torch.set_num_threads(count)
        with torch.no_grad():
            work()

    return with_threads


def contestants(network, x):
    """What is measured, by name."""
    work = {
        "run": lambda: unroll.run(network, x),
        "floor": lambda: floor(network, len(x)),
        "first chunk": lambda: first_chunk(network, x),
    }
    if torch:
        lstm, rows = torch_lstm(network), torch.tensor(x)
        work["torch"] = threaded(1, lambda: lstm(rows))
        work["loop"] = threaded(1, lambda: recording_loop(lstm, rows))
        work["torch*"] = threaded(torch.get_num_threads(), lambda: lstm(rows))
    return work


def medians(work, repeat):
    """Milliseconds by name, each the median of `repeat` rounds after one to warm up."""
    times = {name: [] for name in work}
    for _ in range(repeat + 1):
        for name, call in work.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: 1e3 * median(values[1:]) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description="Measure the engine beside its floor.")
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    if torch is None:
        print("torch is not installed here: its columns are left out.")
    for sizes in SIZES:
        *shape, steps = sizes
        network = random_network(NetworkSpec((CellSpec(*shape),)), 0)
        x = np.random.default_rng(0).standard_normal((steps, shape[0])).astype(np.float32)
        result = medians(contestants(network, x), repeat)
        print("\ninput {}, hidden {}, cell {}, {} steps".format(*sizes))
        for name, value in result.items():
            ratio = "" if name == "run" else f"   run is {result['run'] / value:6.2f} times this"
            print(f"  {name:12}{value:9.2f} ms{'' if name == 'first chunk' else ratio}")
    measure_variants(SIZES[1], repeat)


def measure_variants(sizes, repeat):
    """Whole runs of one size, each variant beside the standard cell."""
    inputs, hidden, cell, steps = sizes
    x = np.random.default_rng(0).standard_normal((steps, inputs)).astype(np.float32)
    work = {}
    for name, variant in VARIANTS.items():
        spec = NetworkSpec((CellSpec(inputs, hidden, cell, variant=variant),))
        network = random_network(spec, 0)
        work[name] = lambda network=network: unroll.run(network, x)
    result = medians(work, repeat)
    print("\nvariants: input {}, hidden {}, cell {}, {} steps".format(*sizes))
    for name, value in result.items():
        print(f"  {name:12}{value:9.2f} ms   {value / result['standard']:6.2f} times standard")


if __name__ == "__main__":
    main()
