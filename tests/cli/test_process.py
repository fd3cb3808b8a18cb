"""What only a process of its own shows: what is imported, what is missing, signals and pipes."""

import signal
import subprocess
import sys

import pytest

from lstmviz import cli

WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
from lstmviz.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("command", "codes", "says"),
    [("doctor", {0, 1}, ""), ("info", {2}, "package numpy is missing")],
)
def test_a_missing_package_is_told(command, codes, says):
    line = [sys.executable, "-c", WITHOUT_NUMPY, command]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode in codes and says in done.stderr
    assert done.stderr.count("\n") == bool(says)


def test_ctrl_c_ends_the_loading_of_modules_at_once():
    before = signal.getsignal(signal.SIGINT)
    with cli._at_once():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is before


def test_trace_and_info_import_no_qt(tmp_path):
    code = (
        "import sys; from lstmviz.cli import main; "
        "assert main(['info', '--json']) == 0; "
        "assert main(['trace', 'demo:counter', '--out', sys.argv[1]]) == 0; "
        "sys.exit(any(name.split('.')[0] == 'PySide6' for name in sys.modules))"
    )
    out = str(tmp_path / "a.npz")
    done = subprocess.run([sys.executable, "-c", code, out], check=False)
    assert done.returncode == 0


def test_a_reader_that_leaves_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m lstmviz info demo:counter | {sys.executable} -c ''",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
