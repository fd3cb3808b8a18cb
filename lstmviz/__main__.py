"""`python -m lstmviz` is `lstmviz`."""

from __future__ import annotations

import sys

from lstmviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
