"""The version that the program tells is the one it is installed under."""

import tomllib
from importlib import metadata
from pathlib import Path

import lstmviz

ROOT = Path(__file__).resolve().parent.parent


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert lstmviz.__version__ == project["version"] == metadata.version("lstmviz")
