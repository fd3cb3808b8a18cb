"""dev.py and the locks: a fresh machine, an interrupted one, an old Python."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """dev.py as a module, with an environment of its own that it believes to be made."""
    spec = importlib.util.spec_from_file_location("dev_under_test", ROOT / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "VENV", venv)
    monkeypatch.setattr(module, "PYTHON", venv / "python")
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    module.made = []

    def fill(kind, fresh, succeeds=True):
        module.made.append((kind, fresh))
        if succeeds:
            venv.mkdir(exist_ok=True)
            (venv / "python").touch()
        return succeeds

    module.fill = fill
    monkeypatch.setattr(module, "fill_with_pip", fill)
    return module


def test_an_environment_is_made_once(dev):
    dev.prepare("run")
    dev.prepare("run")
    assert dev.made == [("run", True)]


def test_development_packages_are_added_to_a_whole_environment(dev):
    dev.prepare("run")
    dev.prepare("dev")
    dev.prepare("run")
    dev.prepare("dev")
    assert dev.made == [("run", True), ("dev", False)]


def test_an_interrupted_setup_is_made_anew(dev):
    dev.VENV.mkdir()
    dev.PYTHON.touch()
    dev.prepare("run")
    assert dev.made == [("run", True)]


def test_an_interrupted_addition_is_made_again(dev, monkeypatch):
    dev.prepare("run")
    monkeypatch.setattr(dev, "fill_with_pip", lambda kind, fresh: dev.fill(kind, fresh, False))
    with pytest.raises(SystemExit, match="Setting up failed"):
        dev.prepare("dev")
    monkeypatch.setattr(dev, "fill_with_pip", dev.fill)
    dev.prepare("dev")
    assert dev.made[-1] == ("dev", True)


def test_an_environment_that_may_not_be_written_is_told(dev, monkeypatch):
    dev.prepare("run")
    elsewhere = dev.VENV / "python" / "below"
    monkeypatch.setattr(dev, "stamp", lambda kind: elsewhere if kind == "dev" else dev.VENV / kind)
    with pytest.raises(SystemExit) as told:
        dev.prepare("dev")
    assert "cannot be written" in str(told.value) and "clone" in str(told.value)


def test_a_lost_interpreter_is_made_anew(dev):
    dev.prepare("run")
    dev.PYTHON.unlink()
    dev.prepare("run")
    assert dev.made == [("run", True)] * 2


def test_a_new_lock_makes_the_environment_anew(dev, tmp_path, monkeypatch):
    dev.prepare("run")
    lock = tmp_path / "other.lock"
    lock.write_text("numpy==2.0\n")
    monkeypatch.setitem(dev.LOCKS, "run", str(lock))
    dev.prepare("run")
    assert dev.made == [("run", True)] * 2


def test_pip_takes_over_from_a_failing_uv(dev, monkeypatch, capsys):
    monkeypatch.setattr(dev.shutil, "which", lambda name: name)
    monkeypatch.setattr(dev, "fill_with_uv", lambda uv, kind, fresh: False)
    dev.prepare("run")
    assert dev.made == [("run", True)]
    assert "uv could not" in capsys.readouterr().err


def test_no_venv_module_is_told_with_its_mend(dev, monkeypatch):
    class Doctor:
        def can_make_venv(self):
            return False

        def missing_libraries(self):
            return ()

        def line_for(self, missing, venv):
            return "apt-get install python3-venv" if venv else ""

    monkeypatch.setattr(dev, "load_doctor", Doctor)
    with pytest.raises(SystemExit, match="python3-venv"):
        dev.prepare("run")


@pytest.mark.parametrize("fresh", [True, False])
def test_everything_installed_is_held_against_its_hash(dev, monkeypatch, fresh):
    monkeypatch.undo()
    commands = []
    monkeypatch.setattr(dev, "call", lambda command: commands.append(command) or 0)
    assert dev.fill_with_uv("uv", "run", fresh)
    assert dev.fill_with_pip("run", fresh)
    installs = [command for command in commands if "install" in command]
    assert len(installs) == 4
    for command in installs:
        unfetched = {"--no-deps", "--no-build-isolation"} <= set(command)
        assert unfetched or {"--require-hashes", "--only-binary"} <= set(command)


def test_paths_for_pytest_are_relative_to_the_users_folder(dev, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_x.py").touch()
    report = tmp_path / "report.xml"
    assert dev.pytest_command(["test_x.py::test_a"], report)[-1] == "test_x.py::test_a"
    assert dev.pytest_command(["-k", "cell"], report)[-1] == str(dev.ROOT / "tests")


def test_the_closing_line_counts(dev, tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="2" errors="1" skipped="1"/></testsuites>'
    )
    assert dev.counts(report) == "5 passed, 3 failed, 1 skipped"
    assert dev.counts(tmp_path / "absent.xml") is None


def test_all_steps_run_and_any_failure_counts(dev, monkeypatch, capsys):
    ran = []

    def call(command, cwd):
        ran.append(command[2])
        return 1 if command[2] == "mypy" else 0

    monkeypatch.setattr(dev, "check_machine", lambda *args, **kwargs: None)
    monkeypatch.setattr(dev, "prepare", lambda kind: None)
    monkeypatch.setattr(dev.subprocess, "call", call)
    assert dev.test([], system=False) == 1
    assert ran == ["ruff", "ruff", "mypy", "pytest"]
    assert "FAILED: mypy" in capsys.readouterr().out


def test_missing_libraries_stop_a_window_but_not_info(dev, monkeypatch):
    def stop(install, window):
        raise SystemExit("missing")

    monkeypatch.setattr(dev, "check_machine", stop)
    monkeypatch.setattr(dev, "prepare", lambda kind: None)
    started = []
    monkeypatch.setattr(dev.os, "execv", lambda path, command: started.append(command))
    monkeypatch.setattr(dev.subprocess, "call", started.append)  # on Windows
    for drawing in ([], ["demo:counter"], ["export", "--out", "x.svg"]):
        with pytest.raises(SystemExit, match="missing"):
            dev.run(drawing, system=False)
    for command in ("info", "trace", "analyze"):
        dev.run([command, "demo:counter"], system=False)
        assert started.pop()[-3:] == ["lstmviz", command, "demo:counter"]


def test_an_old_python_is_told_in_a_sentence():
    code = "import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path('dev.py')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("lstmviz needs Python 3.11 or newer, and this is Python 3.9")
    assert len(done.stderr.splitlines()) == 1


def test_an_old_python_can_read_the_file():
    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_unknown_command_prints_the_usage(dev, capsys):
    assert dev.main(["frobnicate"]) == 2
    assert dev.main(["--help"]) == 0
    assert capsys.readouterr().out.count("python3 dev.py test") == 2


def pins(name):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split() for line in text.splitlines()]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(name):
    for words in pins(name):
        assert re.fullmatch(r"[a-z0-9._-]+==[^ ]+", words[0])
        assert any(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for word in words)


@pytest.mark.parametrize("name", LOCKS)
def test_the_locks_name_no_host_and_no_torch(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^torch==", text, re.MULTILINE)


def test_the_development_lock_holds_the_runtime_lock():
    assert {tuple(words) for words in pins(LOCKS[0])} <= {tuple(words) for words in pins(LOCKS[1])}


def test_the_qt_that_aborts_at_exit_is_not_locked():
    (version,) = [w[0].split("==")[1] for w in pins(LOCKS[0]) if w[0].startswith("pyside6-ess")]
    assert (6, 8, 3) <= tuple(map(int, version.split("."))) < (6, 12)
