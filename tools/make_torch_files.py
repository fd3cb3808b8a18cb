"""Make the files of tests/data/torch with PyTorch, and what PyTorch itself gives for them.

Usage: python tools/make_torch_files.py (with torch 2.13 and safetensors installed, which neither
the program nor its tests need).
"""

from __future__ import annotations

import json
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.utils.prune
from safetensors.torch import save_file, save_model
from torch import nn

TARGET = Path(__file__).resolve().parent.parent / "tests" / "data" / "torch"
STEPS = 9


class Tagger(nn.Module):
    """Embedding, stacked bidirectional LSTM with projection, Linear."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(11, 5)
        self.lstm = nn.LSTM(5, 6, 2, bidirectional=True, proj_size=3, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        """Scores of every step."""
        return self.fc(self.drop(self.lstm(self.embedding(x))[0]))


class Cells(nn.Module):
    """Two LSTMCells, one feeding the other."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = nn.ModuleList([nn.LSTMCell(3, 5), nn.LSTMCell(5, 4)])

    def forward(self, x):
        """The second cell's hidden state at every step."""
        states, rows = [None, None], []
        for step in x:
            for k, cell in enumerate(self.cells):
                states[k] = cell(step[None] if k == 0 else states[0][0], states[k])
            rows.append(states[1][0][0])
        return torch.stack(rows)


class Several(nn.Module):
    """A convolution, then an encoder and a decoder, and a GRU."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(2, 3, 3, padding=1)
        self.encoder = nn.LSTM(3, 4)
        self.decoder = nn.LSTM(6, 5, 2)
        self.gru = nn.GRU(5, 2)


def spread(module: nn.Module, seed: int) -> nn.Module:
    """The module with weights that use the whole range of the gates."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.empty(parameter.shape).uniform_(-1, 1, generator=generator))
    return module.eval()


def leave_out_places(path: Path) -> None:
    """Write an archive again without what says where this machine keeps its source files."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            if name.endswith(".debug_pkl") or "/sample_inputs/" in name:
                continue
            if name.endswith("model.json"):
                program = json.loads(data)
                for node in program["graph_module"]["graph"]["nodes"]:
                    node["metadata"] = {}
                data = json.dumps(program).encode()
            archive.writestr(zipfile.ZipInfo(name), data)


def run(lstm: nn.LSTM, x: torch.Tensor) -> dict[str, np.ndarray]:
    """Input, output and final states of an unbatched run."""
    with torch.no_grad():
        y, (h, c) = lstm(x)
    return {"x": x.numpy(), "y": y.numpy(), "h": h.numpy(), "c": c.numpy()}


def taggers(expected: dict[str, np.ndarray]) -> None:
    """The same model in every container."""
    model = spread(Tagger(), 1)
    x = torch.randint(0, 11, (STEPS,), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected |= {"tagger.x": x.numpy(), "tagger.y": model(x[None])[0].numpy()}
    state = model.state_dict()
    torch.save(state, TARGET / "tagger.pt")
    torch.save(model, TARGET / "tagger_module.pt")
    torch.save(state, TARGET / "tagger_old.pth", _use_new_zipfile_serialization=False)
    torch.jit.script(model).save(str(TARGET / "tagger_script.pt"))
    torch.export.save(torch.export.export(model, (x[None],)), TARGET / "tagger.pt2")
    for name in ("tagger_script.pt", "tagger.pt2"):
        leave_out_places(TARGET / name)
    save_file(state, TARGET / "tagger.safetensors", metadata={"format": "pt"})
    np.savez(TARGET / "tagger.npz", **{name: value.numpy() for name, value in state.items()})
    optimizer = torch.optim.Adam(model.parameters())
    optimizer.zero_grad()
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    checkpoint = {
        "epoch": 3,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": {f"model.{name}": value for name, value in model.state_dict().items()},
        "optimizer_states": [optimizer.state_dict()],
        "hyper_parameters": {"sizes": [5, 6, (3,)], "rate": 1e-3},
    }
    torch.save(checkpoint, TARGET / "tagger.ckpt")


def lstms(expected: dict[str, np.ndarray]) -> None:
    """Single LSTMs of every type and odd storages."""
    kinds = {"half": torch.float16, "bfloat": torch.bfloat16, "double": torch.float64}
    for seed, (name, kind) in enumerate(kinds.items()):
        lstm = spread(nn.LSTM(3, 4, 2, bidirectional=True), 10 + seed).to(kind)
        save_file(lstm.state_dict(), TARGET / f"{name}.safetensors")
        torch.save(lstm.state_dict(), TARGET / f"{name}.pt")
        wide = torch.float64 if kind == torch.float64 else torch.float32
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(STEPS, 3, dtype=wide, generator=generator)
        expected |= {f"{name}.{key}": value for key, value in run(lstm.to(wide), x).items()}
    x = torch.randn(STEPS, 3, generator=torch.Generator().manual_seed(5))
    lstm = spread(nn.LSTM(3, 4, bias=False), 20)
    parameters = dict(lstm.named_parameters())
    flat = torch.cat([value.detach().reshape(-1) for value in parameters.values()])
    views, at = {}, 0
    for name, value in parameters.items():
        views[name] = flat[at : at + value.numel()].view(value.shape)
        at += value.numel()
    views["weight_hh_l0"] = views["weight_hh_l0"].t().contiguous().t()
    torch.save({"model_state_dict": views}, TARGET / "views.pt")
    expected |= {f"views.{key}": value for key, value in run(lstm, x).items()}
    lstm = spread(nn.LSTM(3, 4, proj_size=2), 21)
    nn.utils.parametrizations.weight_norm(lstm, "weight_hh_l0")
    nn.utils.weight_norm(lstm, "weight_ih_l0")
    expected |= {f"weight_norm.{key}": value for key, value in run(lstm, x).items()}
    torch.save(lstm.state_dict(), TARGET / "weight_norm.pt")


class Tied(nn.Module):
    """A language model whose head is its table, and whose LSTM's first biases are one."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 5)
        self.lstm = nn.LSTM(5, 5, 2, batch_first=True)
        self.decoder = nn.Linear(5, 11)
        self.decoder.weight = self.table.weight
        self.lstm.bias_hh_l0 = self.lstm.bias_ih_l0

    def forward(self, x):
        """Scores of every step."""
        return self.decoder(self.lstm(self.table(x))[0])


def wrapped(expected: dict[str, np.ndarray]) -> None:
    """Weights that wrappers keep: pruned ones, and AWD-LSTM's, whose dropout is off in use."""
    x = torch.randn(STEPS, 3, generator=torch.Generator().manual_seed(9))
    lstm = spread(nn.LSTM(3, 4, 2), 50)
    for name in ("weight_ih_l0", "weight_hh_l1"):
        nn.utils.prune.random_unstructured(lstm, name, 0.4)
    expected |= {f"pruned.{key}": value for key, value in run(lstm, x).items()}
    torch.save(lstm.state_dict(), TARGET / "pruned.pt")
    lstm, table = spread(nn.LSTM(5, 4, batch_first=True), 51), spread(nn.Embedding(11, 5), 52)
    ids = torch.randint(0, 11, (STEPS,), generator=torch.Generator().manual_seed(9))
    head = spread(nn.Linear(4, 3), 53)
    with torch.no_grad():
        y = head(lstm(table(ids)[None])[0][0])
    expected |= {"awd.x": ids.numpy(), "awd.y": y.numpy()}
    inner = {f"0.rnns.0.module.{name}": value for name, value in lstm.state_dict().items()}
    raw = inner["0.rnns.0.module.weight_hh_l0"]
    dropped = nn.functional.dropout(raw, 0.5)
    torch.save(
        {
            "0.encoder.weight": table.weight.data,
            "0.encoder_dp.emb.weight": table.weight.data,
            "0.rnns.0.weight_hh_l0_raw": raw,
            **inner,
            "0.rnns.0.module.weight_hh_l0": dropped,
            "1.decoder.weight": head.weight.data,
            "1.decoder.bias": head.bias.data,
        },
        TARGET / "awd.pth",
    )


def tied(expected: dict[str, np.ndarray]) -> None:
    """Tied weights, which safetensors keeps once, and a script without names."""
    model = spread(Tied(), 40)
    x = torch.randint(0, 11, (STEPS,), generator=torch.Generator().manual_seed(8))
    with torch.no_grad():
        expected |= {"tied.x": x.numpy(), "tied.y": model(x[None])[0].numpy()}
    save_model(model, str(TARGET / "tied.safetensors"))
    torch.save(model.state_dict(), TARGET / "tied.pt")
    torch.jit.freeze(torch.jit.script(model)).save(str(TARGET / "frozen.pt"))
    torch.export.save(torch.export.export(model, (x[None],)), TARGET / "tied.pt2")
    for name in ("frozen.pt", "tied.pt2"):
        leave_out_places(TARGET / name)


def others(expected: dict[str, np.ndarray]) -> None:
    """Stacks of cells, several LSTMs, and what is refused."""
    cells = spread(Cells(), 30)
    x = torch.randn(STEPS, 3, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        expected |= {"cells.x": x.numpy(), "cells.y": cells(x).numpy()}
    torch.save(cells.state_dict(), TARGET / "cells.pt")
    several = spread(Several(), 31)
    torch.save(several, TARGET / "several.pt")
    save_file(several.state_dict(), TARGET / "several.safetensors")
    for name in ("encoder", "decoder"):
        lstm = getattr(several, name)
        x = torch.randn(STEPS, lstm.input_size, generator=torch.Generator().manual_seed(7))
        expected |= {f"{name}.{key}": value for key, value in run(lstm, x).items()}
    torch.save(spread(nn.GRU(3, 4), 32).state_dict(), TARGET / "gru.pt")
    torch.save(spread(nn.RNN(3, 4), 33).state_dict(), TARGET / "rnn.pt")
    quantised = torch.ao.quantization.quantize_dynamic(
        nn.Sequential(spread(nn.LSTM(3, 4), 34)), {nn.LSTM}, dtype=torch.qint8
    )
    torch.save(quantised.state_dict(), TARGET / "quantised.pt")


def main() -> int:
    """Make everything anew; returns the exit code."""
    warnings.simplefilter("ignore")
    TARGET.mkdir(parents=True, exist_ok=True)
    expected: dict[str, np.ndarray] = {}
    taggers(expected)
    lstms(expected)
    wrapped(expected)
    tied(expected)
    others(expected)
    np.savez_compressed(TARGET / "expected.npz", **expected)
    for path in TARGET.iterdir():
        path.chmod(0o644)
    print(f"{sum(path.stat().st_size for path in TARGET.iterdir()):,} bytes in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
