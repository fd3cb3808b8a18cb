"""What an installed lstmviz holds: the wheel, built from the source as it stands."""

from __future__ import annotations

import email
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with a wheel and a source archive, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        yield archive


def in_tree(*folders):
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts}


def test_the_wheel_holds_the_package_and_its_resources(wheel):
    modules = in_tree("lstmviz")
    resources = {f"lstmviz/{name}" for name in in_tree("resources")}
    resources -= {f"lstmviz/{name}" for name in in_tree("resources/pictures")}  # the README's
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == modules | resources


@pytest.mark.parametrize("name", ["fonts/DejaVuSans.ttf", "fonts/NOTICE", "icons/lstmviz.svg"])
def test_the_wheel_holds_what_the_window_needs(wheel, name):
    assert f"lstmviz/resources/{name}" in wheel.namelist()


def test_the_wheel_starts_the_command_and_carries_the_licences(wheel):
    info = {
        name.split(".dist-info/")[1]: name for name in wheel.namelist() if ".dist-info/" in name
    }
    assert "lstmviz = lstmviz.cli:main" in wheel.read(info["entry_points.txt"]).decode()
    metadata = email.message_from_bytes(wheel.read(info["METADATA"]))
    assert metadata["License-Expression"] == "MIT"
    assert "resources/fonts/LICENSE_DEJAVU" in metadata.get_all("License-File")
    assert not any("pyqtgraph" in need for need in metadata.get_all("Requires-Dist"))


def test_resources_are_found_inside_an_unpacked_wheel(wheel, tmp_path):
    wheel.extractall(tmp_path)
    code = "from lstmviz import resources; print(resources.path('fonts', 'DejaVuSans.ttf'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    font = Path(done.stdout.strip())
    assert font.is_file()
    assert font.is_relative_to(tmp_path)


def test_the_source_archive_builds_and_tests_itself(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert in_tree("lstmviz", "resources", "tests") <= names
    assert {"dev.py", "pyproject.toml", "requirements.lock", "LICENSE", "README.md"} <= names
