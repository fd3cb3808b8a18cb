#!/usr/bin/env python3
"""Set lstmviz up on a fresh machine, then run or test it.

    python3 dev.py run [arguments of lstmviz]
    python3 dev.py test [arguments of pytest]
    python3 dev.py lint
    python3 dev.py bench [arguments of the benchmarks]
    python3 dev.py setup [--system]
    python3 dev.py lock

Standard library only. The packages come from the committed locks, checked
against their hashes, and live in `.venv` beside this file: with uv if it is on
the PATH, else with venv and pip. `--system`, before or after `run`, `test` or
`setup`, installs missing system libraries on Debian or Ubuntu as root.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells an older Python
    sys.exit(
        "lstmviz needs Python 3.11 or newer, and this is Python {}.{}: "
        "run dev.py with a newer python3.".format(*sys.version_info[:2])
    )

import importlib.util
import tomllib
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
BEGUN = "begun"
UNDRAWN = {"info", "trace", "analyze", "doctor", "-h", "--help", "--version"}


def say(text: str) -> None:
    """Tell the user; stdout belongs to the program that is run."""
    print(text, file=sys.stderr, flush=True)


def load_doctor() -> Any:
    """lstmviz/doctor.py as a plain module, which needs nothing installed."""
    spec = importlib.util.spec_from_file_location("doctor", ROOT / "lstmviz" / "doctor.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["doctor"] = module
    spec.loader.exec_module(module)
    return module


# The environment ------------------------------------------------------------


def key(kind: str) -> str:
    """What an environment of this kind ("run" or "dev") was made from, as a hash."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [json.dumps([project["project"], project["build-system"]], sort_keys=True)]
    parts += [str(ROOT), os.path.realpath(PYTHON)]
    for lock in [LOCKS["run"]] + ([LOCKS["dev"]] if kind == "dev" else []):
        parts.append((ROOT / lock).read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def stamp(kind: str) -> Path:
    """The file that says an environment of this kind is complete."""
    return VENV / f".{kind}-ready"


def ready(kind: str) -> bool:
    """Whether .venv is whole and made from the locks as they are now."""
    try:
        return PYTHON.exists() and stamp(kind).read_text(encoding="utf-8") == key(kind)
    except OSError:
        return False


def mark(kind: str, text: str) -> None:
    """Write the stamp of an environment; exits with a sentence where nothing may be written."""
    try:
        stamp(kind).write_text(text, encoding="utf-8")
    except OSError as error:
        cause = f"{stamp(kind)} cannot be written: {error.strerror}"
        sys.exit(f"{cause}; make a clone in a folder of your own.")


def call(command: list[str]) -> int:
    """Run a setup command with its output on stderr; its exit code."""
    return subprocess.call(command, stdout=sys.stderr, cwd=ROOT)


def fill_with_uv(uv: str, kind: str, fresh: bool) -> bool:
    """Make or complete .venv with uv; False if uv failed."""
    if fresh and call([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]):
        return False
    install = [uv, "pip", "install", "--python", str(PYTHON)]
    locked = [*install, "--require-hashes", "--only-binary", ":all:", "-r", LOCKS[kind]]
    editable = [*install, "--quiet", "--no-build-isolation", "--no-deps", "-e", "."]
    return call(locked) == 0 and call(editable) == 0


def fill_with_pip(kind: str, fresh: bool) -> bool:
    """Make or complete .venv with venv and pip; False if either failed."""
    if fresh and call([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        return False
    if call([str(PYTHON), "-m", "pip", "--version"]):
        return False
    install = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    locked = [*install, "--require-hashes", "--only-binary", ":all:", "-r", LOCKS[kind]]
    editable = [*install, "--quiet", "--no-build-isolation", "--no-deps", "-e", "."]
    return call(locked) == 0 and call(editable) == 0


def prepare(kind: str) -> None:
    """See that .venv is ready for "run" or "dev"; exits with a sentence if it cannot be.

    An environment without its stamp, or made from another lock, is made anew, so that
    an interrupted setup heals. Only the development packages are added to a whole one,
    which stays good for running if that is interrupted.
    """
    if ready(kind):
        return
    begun = stamp("dev").exists() and stamp("dev").read_text(encoding="utf-8") == BEGUN
    fresh = kind == "run" or begun or not ready("run")
    uv = shutil.which("uv")
    doctor = load_doctor()
    if not uv and not doctor.can_make_venv():
        lacking = doctor.missing_libraries()
        sys.exit(
            "Python here cannot make a virtual environment. This line mends it:\n  "
            + doctor.line_for(lacking, venv=True)
        )
    say(f"Setting up {VENV} (once; about {'100' if kind == 'run' else '150'} MB).")
    if not fresh:
        mark("dev", BEGUN)
    done = bool(uv) and fill_with_uv(str(uv), kind, fresh)
    if uv and not done:
        say("uv could not set it up; trying venv and pip.")
        fresh = True
    if not done and not fill_with_pip(kind, fresh):
        sys.exit("Setting up failed; the reason stands above. Run the same command to try again.")
    for each in ["run"] + (["dev"] if kind == "dev" else []):
        mark(each, key(each))


# The machine ----------------------------------------------------------------


def check_machine(install: bool, window: bool) -> None:
    """See that Qt's system libraries are there; exits with the install line if not.

    With `install`, on Debian or Ubuntu as root, the line is run instead.
    """
    doctor = load_doctor()
    missing = doctor.missing_libraries(window=window and doctor.display() == "x11")
    no_venv = install and not shutil.which("uv") and not doctor.can_make_venv()
    if not missing and not no_venv:
        return
    line = doctor.line_for(doctor.missing_libraries(), venv=no_venv)
    if install and doctor.package_manager() == "apt" and doctor.is_root():
        say(line)
        if subprocess.call(line, shell=True, stdout=sys.stderr) == 0:
            importlib.invalidate_caches()
            return
        sys.exit("Installing the system libraries failed; the reason stands above.")
    if install:
        say("--system installs as root on Debian or Ubuntu only.")
    names = ", ".join(library.soname for library in missing)
    what = f"Qt needs system libraries that are missing here ({names})."
    sys.exit(f"{what if names else 'Python here lacks venv.'} This line mends it:\n  {line}")


# The commands ---------------------------------------------------------------


def run(arguments: list[str], system: bool) -> int:
    """Start lstmviz with these arguments, in the user's own folder."""
    if system or not (arguments and arguments[0] in UNDRAWN):
        check_machine(system, window=not (arguments and arguments[0] == "export"))
    prepare("run")
    command = [str(PYTHON), "-m", "lstmviz", *arguments]
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def timed(name: str, command: list[str], cwd: Path = ROOT) -> bool:
    """Run one step and print its name, outcome and time; whether it passed."""
    start = time.perf_counter()
    print(f"· {name}", flush=True)
    passed = subprocess.call(command, cwd=cwd) == 0
    seconds = time.perf_counter() - start
    print(f"  {name}: {'ok' if passed else 'FAILED'} ({seconds:.1f} s)", flush=True)
    return passed


def lint() -> list[str]:
    """Run the linter, the formatter's check and the type checker; names of what failed."""
    steps = {
        "ruff check": [str(PYTHON), "-m", "ruff", "check", "--quiet", "."],
        "ruff format": [str(PYTHON), "-m", "ruff", "format", "--quiet", "--check", "."],
        "mypy": [str(PYTHON), "-m", "mypy", "--no-error-summary"],
    }
    return [name for name, command in steps.items() if not timed(name, command)]


def pytest_command(arguments: list[str], report: Path) -> list[str]:
    """The call of pytest; paths in the arguments are relative to the user's folder."""
    command = [str(PYTHON), "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    command += [f"--rootdir={ROOT}", f"--junitxml={report}", *arguments]
    if not any(Path(argument.split("::")[0]).exists() for argument in arguments):
        command.append(str(ROOT / "tests"))
    return command


def counts(report: Path) -> str | None:
    """The closing line "N passed, N failed, N skipped" from pytest's report, if it wrote one."""
    from xml.etree import ElementTree

    try:
        suite = ElementTree.parse(report).getroot().find("testsuite")
    except (OSError, ElementTree.ParseError):
        return None
    if suite is None:
        return None
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped"


def test(arguments: list[str], system: bool) -> int:
    """Lint, type-check and test; all steps run, and any failure makes the exit code 1."""
    check_machine(system, window=False)
    prepare("dev")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    failed = lint()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "pytest.xml")
        if not timed("pytest", pytest_command(arguments, report), Path.cwd()):
            failed.append("pytest")
        closing = counts(report)
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    if closing:
        print(closing)
    return 1 if failed else 0


def lock() -> int:
    """Resolve the dependencies of pyproject.toml anew and write both locks."""
    uv = shutil.which("uv")
    if not uv:
        sys.exit("Locking needs uv on the PATH: pipx install uv.")
    resolve = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    resolve += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    resolve += ["--upgrade", "pyproject.toml", "--group", "build"]
    runtime, dev = LOCKS.values()
    return call([*resolve, "-o", runtime]) or call(
        [*resolve, "--group", "dev", "-c", runtime, "-o", dev]
    )


def main(arguments: list[str]) -> int:
    """Do what the first argument asks for."""
    system = "--system" in arguments
    arguments = [argument for argument in arguments if argument != "--system"]
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "run":
        return run(rest, system)
    if command == "test":
        return test(rest, system)
    if command == "setup":
        check_machine(system, window=True)
        prepare("run")
        say(f"Ready: {BIN / 'lstmviz'}")
        return 0
    if command == "lint":
        prepare("dev")
        return 1 if lint() else 0
    if command == "bench":
        prepare("dev")
        return subprocess.call([str(PYTHON), "-m", "benchmarks", *rest])
    if command == "lock":
        return lock()
    print(__doc__.strip())
    return 0 if command in {"-h", "--help", "help"} else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
