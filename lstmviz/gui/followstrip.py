"""What units are asked to follow: the controls above the page that ranks them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from lstmviz.gui.parts import Elided
from lstmviz.gui.strip import Strip, Typed
from lstmviz.inputs.annotated import SUFFIXES, joined, parted
from lstmviz.scene.questions.annotations import BUILT_IN
from lstmviz.scene.run import Run
from lstmviz.session import FOLLOWED, View

KINDS = {
    "pattern": "a pattern",
    "ranges": "marked steps",
    "built-in": "an annotation",
    "file": "a file",
}
assert tuple(KINDS) == FOLLOWED
FILTER = f"Annotations ({' '.join(f'*{suffix}' for suffix in SUFFIXES)});;All files (*)"
MARK = "Shift+drag over the heatmaps or the page marks steps"


class FollowStrip(Strip):
    """A choice of kind, and beside it the controls of the chosen one."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = QComboBox()
        self.kind.setAccessibleName("What units follow")
        self.kind.setToolTip("What units are ranked by")
        for words in KINDS.values():
            self.kind.addItem(words)
        self.kind.activated.connect(lambda row: self._want(follows=FOLLOWED[row]))
        self.row.addWidget(QLabel("Which units follow"))
        self.row.addWidget(self.kind)
        self.stack = QStackedWidget()
        for made in (self._pattern(), self._ranges(), self._built_in(), self._file()):
            self.stack.addWidget(made)
        self.row.addWidget(self.stack, 1)
        self.every = QCheckBox("all layers")
        self.every.setToolTip("Rank the units of all layers and directions together")
        self.every.clicked.connect(lambda on: self._want(every_layer=on))
        self.row.addWidget(self.every)

    def _want(self, **changes: object) -> None:
        self.wanted.emit({"rank": 0, "row": 0, **changes})

    def _pattern(self) -> QWidget:
        self.pattern = Typed(
            "Pattern",
            "a word or a regular expression, such as def|class",
            "Units are ranked by how they follow the places where it matches; ^ and $ are those of "
            "lines",
        )
        self.pattern.settled.connect(lambda text: self._want(pattern=text))
        return _side_by_side(self.pattern)

    def _ranges(self) -> QWidget:
        self.marked = Elided()
        self.marked.setObjectName("muted")
        self.clear = QPushButton("Clear")
        self.clear.setToolTip("Take all marks away")
        self.clear.clicked.connect(lambda: self._want(ranges=()))
        return _side_by_side(self.marked, self.clear)

    def _built_in(self) -> QWidget:
        self.annotation = QComboBox()
        self.annotation.setAccessibleName("Annotation")
        self.annotation.setToolTip("What stands where in Python source code, or in any text")
        for words in BUILT_IN.values():
            self.annotation.addItem(words)
        names = tuple(BUILT_IN)
        self.annotation.activated.connect(lambda row: self._want(annotation=names[row]))
        return _side_by_side(self.annotation, None)

    def _file(self) -> QWidget:
        self.path = Elided()
        self.column = Typed(
            "Column",
            "column",
            "Which column of the file, by its name or by number from 1; none where it has but one",
        )
        self.column.setFixedWidth(120)
        self.column.settled.connect(self._column)
        choose = QPushButton("Choose…")
        choose.setToolTip("A file with one number a step: .csv, .tsv, .txt, .npy or .json")
        choose.clicked.connect(self.choose)
        self._path: str | None = None
        return _side_by_side(self.path, self.column, choose)

    def choose(self) -> None:
        """Ask for a file of an annotation."""
        path, _ = QFileDialog.getOpenFileName(self, "Open an annotation", "", FILTER)
        if path:
            self._want(annotation_file=path)

    def _column(self, column: str) -> None:
        if self._path is not None:
            self._want(annotation_file=joined(parted(self._path)[0], column.strip()))

    def show_view(self, run: Run, view: View) -> None:
        """Show what is asked for now."""
        kind = FOLLOWED.index(view.follows)
        self.kind.setCurrentIndex(kind)
        self.stack.setCurrentIndex(kind)
        self.pattern.show_text(view.pattern)
        parts = [f"{low}–{high - 1}" if high - low > 1 else f"{low}" for low, high in view.ranges]
        self.marked.say(f"steps {', '.join(parts)}" if parts else MARK)
        self.clear.setEnabled(bool(parts))
        if view.annotation in BUILT_IN:
            self.annotation.setCurrentIndex(list(BUILT_IN).index(view.annotation))
        self._path = view.annotation_file
        path, column = parted(self._path) if self._path is not None else ("", None)
        self.path.say(path or "no file is chosen")
        self.column.show_text(column or "")
        self.column.setEnabled(bool(path))
        self.every.setChecked(view.every_layer)
        spec = run.spec
        self.every.setVisible(spec is not None and sum(len(c.directions) for c in spec.layers) > 1)


def _side_by_side(*widgets: QWidget | None) -> QWidget:
    """Widgets in a row, the first of which takes the room; None is an empty space that does."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for place, widget in enumerate(widgets):
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 1 if place == 0 and None not in widgets else 0)
            row.setAlignment(widget, Qt.AlignmentFlag.AlignVCenter)
    return holder
