"""Random modules of torch, exported by torch.onnx and held against onnxruntime.

Needs torch, onnx, onnxruntime and onnxscript, which neither the program nor its tests do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx_oracle import session
from onnx_steps import against_steps, all_lstms, apart, larger

from lstmviz.models.onnx import read


def torch_model(rng):
    """A random module of torch around an LSTM, and its input."""
    import torch

    size, width, ways = int(rng.integers(1, 8)), int(rng.integers(1, 6)), int(rng.integers(1, 3))
    first, embedded = bool(rng.random() < 0.5), bool(rng.random() < 0.3)
    how = str(rng.choice(["all", "last", "final"]))
    layers = int(rng.integers(1, 4))
    counts = rng.integers(1, 5, int(rng.integers(0, 3))).tolist()
    nn = torch.nn
    kinds = [nn.ReLU(), nn.Tanh(), nn.Softmax(-1), nn.Identity(), nn.LogSoftmax(-1), nn.Sigmoid()]
    kinds += [nn.LeakyReLU(0.15), nn.ELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU()]
    kinds += [nn.Softplus(), nn.Softsign(), nn.Hardsigmoid(), nn.Hardswish(), nn.Hardtanh()]
    kinds += [nn.ReLU6(), nn.Mish(), nn.CELU(0.5), nn.LogSigmoid(), nn.Tanhshrink(), nn.PReLU()]

    class Model(torch.nn.Module):
        """An LSTM with what usually stands around it."""

        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(9, width) if embedded else torch.nn.Identity()
            self.lstm = torch.nn.LSTM(
                width,
                size,
                layers,
                bias=bool(rng.random() < 0.8),
                batch_first=first,
                bidirectional=ways == 2,
                dropout=0.3 if layers > 1 else 0,
            )
            sizes = [ways * size, *counts]
            rows = []
            for a, b in zip(sizes, counts, strict=False):
                rows += [
                    torch.nn.Linear(a, b),
                    kinds[rng.integers(len(kinds))],
                    torch.nn.Dropout(0.2),
                ]
            self.head = torch.nn.Sequential(*rows)

        def forward(self, x):
            """Run it."""
            y, (h, _) = self.lstm(self.table(x))
            if how == "last":
                y = y[:, -1] if first else y[-1]
            elif how == "final":
                y = torch.cat([h[-2], h[-1]], -1) if ways == 2 else h[-1]
            return self.head(y)

    x = rng.integers(0, 9, 6) if embedded else rng.normal(size=(6, width)).astype(np.float32)
    axis = 0 if first else 1
    return Model().eval(), np.expand_dims(x, axis), axis


def exported(count: int, seed: int, folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Random modules of torch, exported both ways: which way, and how far onnxruntime is off."""
    import torch

    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    for index in range(count):
        model, x, axis = torch_model(rng)
        path = folder / f"t{index}.onnx"
        new = bool(rng.random() < 0.4)
        open_sizes = {} if new or rng.random() < 0.5 else {"dynamic_axes": {"X": [0, 1]}}
        opset = int(rng.choice([18, 20, 21, 23] if new else [13, 14, 16, 17, 18, 20]))
        torch.onnx.export(
            model,
            (torch.from_numpy(x),),
            path,
            dynamo=new,
            verbose=False,
            opset_version=opset,
            input_names=["X"],
            **({"external_data": False} if new else {}),
            **open_sizes,
        )
        opened = read(path)
        trace = opened.network.run(x[:, 0] if axis else x[0])
        theirs = session(path).run(None, {"X": x})[0]
        theirs = theirs.reshape(-1, theirs.shape[-1])
        ours = trace.output[-1:] if opened.network.spec.last_step else trace.output
        if ours.shape != theirs.shape and not opened.network.heads:
            ours = ours[-1:]
        told = opened.certificate
        assert not told.warnings and not told.before, (index, model, opset, told)
        worst = {"output": apart(ours, theirs)}
        for layer, unit in enumerate(all_lstms(onnx.load(path).graph)):
            worst = larger(worst, against_steps(unit, opened.network, trace, layer))
        yield ("torch.onnx, dynamo" if new else "torch.onnx, TorchScript"), worst
        path.unlink()
