"""What the README and CONTRIBUTING tell to type can be typed."""

import re
import shlex
from pathlib import Path

import pytest

import lstmviz
from lstmviz.cli import arguments

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def blocks(language):
    """Every block of code in a language."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")]
    return [body for text in texts for kind, body in BLOCK.findall(text) if kind == language]


def commands():
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [
        words[1:]
        for line in lines
        if (words := shlex.split(line, comments=True))[:1] == ["lstmviz"]
    ]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_is_understood(words):
    name, parsed = arguments.parse(words)
    assert name == words[0] or parsed.source == words[0]


@pytest.mark.parametrize("block", blocks("python"), ids=["running", "analysis"])
def test_every_block_of_python_runs_and_shapes_are_as_told(qapp, tmp_path, monkeypatch, block):
    opened, names = [], {}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lstmviz, "view", lambda *given: opened.append(given))
    for line in block.splitlines():
        code, _, said = line.partition("  # ")
        shape = re.match(r"\(\d[\d, ]*\)", said)
        if not shape:
            exec(line, names)
            continue
        value = eval(code, names)
        assert str(value.shape) == shape[0], line
    assert ("counter.svg" in block) == (tmp_path / "counter.svg").exists() == bool(opened)
