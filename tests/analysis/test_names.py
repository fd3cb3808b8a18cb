"""The names of `lstmviz.analysis`, each loaded when it is asked for."""

import subprocess
import sys

import pytest

from lstmviz import analysis


def test_every_name_has_one_home():
    homes = [name for names in analysis.HOMES.values() for name in names]
    assert sorted(homes) == sorted(analysis.__all__) == sorted(dir(analysis))
    for home, names in analysis.HOMES.items():
        for name in names:
            assert getattr(analysis, name).__module__ == f"lstmviz.analysis.{home}"


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = analysis.nonsense


def test_nothing_is_loaded_before_it_is_asked_for():
    code = (
        "import sys, lstmviz.analysis; print([m for m in sys.modules if 'lstmviz.analysis.' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
