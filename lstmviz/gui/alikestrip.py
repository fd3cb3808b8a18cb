"""Which place others are to be like, and where they are looked for: the controls above them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton

from lstmviz.gui.parts import Elided
from lstmviz.gui.strip import Strip
from lstmviz.scene.questions.alike import NAMES
from lstmviz.scene.run import Run
from lstmviz.session import ALIKE, View


class AlikeStrip(Strip):
    """The place, what is compared, and a folder of other sequences."""

    def __init__(self) -> None:
        super().__init__()
        self.this = QPushButton("This step")
        self.this.setToolTip("Look for places like the step that is shown")
        self.this.clicked.connect(self._take)
        self.by = QComboBox()
        self.by.setAccessibleName("What is compared")
        self.by.setToolTip("The states whose angle says how alike two places are")
        for name in ALIKE:
            self.by.addItem(NAMES[name])
        self.by.activated.connect(lambda row: self.wanted.emit({"alike": ALIKE[row]}))
        self.where = Elided()
        self.where.setObjectName("muted")
        self.choose = QPushButton("Folder…")
        self.choose.setToolTip("Look in the text, table and array files of a folder too")
        self.choose.clicked.connect(self.choose_folder)
        self.stop = QPushButton("Only this sequence")
        self.stop.setToolTip("Look in the folder no further")
        self.stop.clicked.connect(lambda: self.wanted.emit({"folder": None}))
        for widget in (QLabel("Like"), self.this, QLabel("by"), self.by):
            self.row.addWidget(widget)
        self.row.addWidget(self.where, 1)
        self.row.addWidget(self.stop)
        self.row.addWidget(self.choose)
        self._view = View()
        self._busy = ""

    def _take(self) -> None:
        step = self._view.step
        self.wanted.emit({"like": (step, step + 1)})

    def choose_folder(self) -> None:
        """Ask for a folder of sequences."""
        path = QFileDialog.getExistingDirectory(self, "A folder of sequences")
        if path:
            self.wanted.emit({"folder": path})

    def show_progress(self, done: int, total: int) -> None:
        """Say how many files are read."""
        reading = f"reading file {min(done + 1, total):,} of {total:,} …"
        self._busy = reading if total else ""
        self._say()

    def show_view(self, run: Run, view: View) -> None:
        """Show the place and the folder as they are now."""
        self._view = view
        self.by.setCurrentIndex(ALIKE.index(view.alike))
        self.stop.setVisible(view.folder is not None)
        self._say()

    def _say(self) -> None:
        folder = self._view.folder
        place = f"in {Path(folder).name or folder}" if folder is not None else ""
        self.where.say(f"{place}: {self._busy}" if place and self._busy else place)
