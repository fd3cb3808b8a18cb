"""Make the approved pictures of tests/data/approved anew; look at each before committing it.

Run: QT_QPA_PLATFORM=offscreen python tools/approve_pictures.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

TESTS = Path(__file__).parent.parent / "tests" / "export"
sys.path.insert(0, str(TESTS))

from approved import FOLDER, PICTURES  # noqa: E402 - found through the line above

from lstmviz.export.figure import export_session  # noqa: E402


def main() -> None:
    """Write every picture."""
    QApplication([])
    for name, (what, session) in PICTURES.items():
        print(export_session(session, FOLDER / f"{name}.png", view=what))


if __name__ == "__main__":
    main()
