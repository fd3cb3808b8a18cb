"""Every test here draws, and so needs the one application of the test run."""

import pytest


@pytest.fixture(autouse=True)
def application(qapp):
    return qapp
