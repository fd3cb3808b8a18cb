"""What to export, how large and in which colours, with a preview."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.errors import LstmvizError
from lstmviz.export import clipboard, devices
from lstmviz.export.picture import VECTOR_SCALE, Picture
from lstmviz.gui.fields import decimal_box
from lstmviz.gui.parts import begun

Pictures = Callable[[str, str | None, float], Picture]
"""From what is to be drawn, the theme (None: as shown) and the resolution to the picture."""

WHAT = {
    "heatmaps": "Heatmaps",
    "why": "The arithmetic of the number asked for",
    "window": "The whole window",
}
"""What can be exported beside the diagram."""
FORMATS = {".png": "PNG: pixels", ".svg": "SVG: shapes", ".pdf": "PDF: a page of shapes"}
THEMES = {"": "As shown", "light": "Light", "dark": "Dark"}
QUICK = (1, 2, 3, 4)
PREVIEW = (440, 280)
"""Room for the preview, in pixels."""
PRINT_DPI = 300
CM = 2.54
"""Centimetres in an inch."""


class ExportDialog(QDialog):
    """Shows what a figure will look like, then saves it or copies it to the clipboard.

    `pictures` makes what is asked for and may raise `LstmvizError`, which is shown as the
    sentence it is. With `settings` the choices are remembered; `diagram` is what the diagram is
    called, or the question in its place. `saved` carries the path.
    """

    saved = Signal(str)

    def __init__(
        self,
        pictures: Pictures,
        settings: QSettings | None = None,
        parent: QWidget | None = None,
        diagram: str = "The diagram",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export figure")
        self._what = {"diagram": diagram, **WHAT}
        self._pictures = pictures
        self._settings = settings
        self._picture: Picture | None = None
        self._build()
        self._restore()
        self._connect()
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()

    # Building

    def _build(self) -> None:
        self.what = _choice(self._what, "What to export")
        self.format = _choice(FORMATS, "File format")
        self.theme = _choice(THEMES, "Theme of the figure")
        self.scale = decimal_box()
        self.scale.setRange(devices.MIN_SCALE, devices.MAX_SCALE)
        self.scale.setDecimals(1)
        self.scale.setSuffix(" ×")
        self.scale.setValue(2)
        self.scale.setAccessibleName("Scale")
        self.quick = {factor: QPushButton(f"{factor} ×") for factor in QUICK}
        for factor, button in self.quick.items():
            button.setAutoDefault(False)
            button.setAccessibleName(f"Scale {factor}")
        scales = QHBoxLayout()
        scales.addWidget(self.scale, 1)
        for button in self.quick.values():
            scales.addWidget(button)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, field in (("&What", self.what), ("&Format", self.format)):
            form.addRow(name, field)
        form.addRow("S&cale", scales)
        form.addRow("&Theme", self.theme)
        label = form.labelForField(scales)
        if isinstance(label, QLabel):
            label.setBuddy(self.scale)
        self._build_around(form)

    def _build_around(self, form: QFormLayout) -> None:
        self.preview = QLabel()
        self.preview.setFixedSize(*PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName("Preview of the figure")
        self.size_words = QLabel()
        self.size_words.setAccessibleName("Size of the figure")
        self.problem = QLabel()
        self.problem.setObjectName("note")
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("What is wrong")
        self.problem.hide()
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self.save_button = buttons.addButton("&Save…", role.AcceptRole)
        self.copy_button = buttons.addButton("Copy to clip&board", role.ActionRole)
        self.close_button = buttons.addButton("Close", role.RejectRole)
        self.save_button.setDefault(True)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        for part in (self.preview, self.size_words):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(buttons)

    def _connect(self) -> None:
        for box in (self.what, self.theme):
            box.currentIndexChanged.connect(lambda _: self._timer.start())
        self.format.currentIndexChanged.connect(lambda _: self._describe())
        self.scale.valueChanged.connect(lambda _: self._describe())
        for factor, button in self.quick.items():
            button.clicked.connect(lambda _, factor=factor: self.scale.setValue(factor))
        self.save_button.clicked.connect(self.save)
        self.copy_button.clicked.connect(self.copy)

    # What is shown

    def refresh(self) -> None:
        """Make the picture that is asked for and show it small."""
        self._timer.stop()
        ratio = self.devicePixelRatioF()
        try:
            picture = self._pictures(self.what.currentData(), self._theme(), ratio)
            fit = min(PREVIEW[0] / picture.width, PREVIEW[1] / picture.height) * ratio
            small = devices.image(picture, min(max(fit, devices.MIN_SCALE), devices.MAX_SCALE))
        except LstmvizError as error:
            self._picture = None
            self.preview.clear()
            self._say(str(error))
            return
        small.setDevicePixelRatio(ratio)
        self._picture = picture
        self.preview.setPixmap(QPixmap.fromImage(small))
        self._describe()

    def _describe(self) -> None:
        """Say how large the figure will be, or why it cannot be."""
        if self._picture is None:
            return
        try:
            words = size_words(self._picture, self._suffix(), self.scale.value())
        except LstmvizError as error:
            self._say(str(error))
            return
        self.size_words.setText(words)
        self._say("")

    def _say(self, sentence: str) -> None:
        """Show what is wrong, or nothing; while something is, nothing can be saved."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        for button in (self.save_button, self.copy_button):
            button.setEnabled(not sentence)
        if sentence:
            self.size_words.clear()

    def _theme(self) -> str | None:
        return self.theme.currentData() or None

    def _suffix(self) -> str:
        suffix: str = self.format.currentData()
        return suffix

    # What it does

    def save(self) -> None:
        """Ask for a name and write the figure; its suffix has the last word on the format."""
        path = self.ask_path()
        if not path:
            return
        suffix = Path(path).suffix.lower()
        resolution = self.scale.value() if suffix == ".png" else VECTOR_SCALE
        try:
            devices.save(self._made(resolution), path, self.scale.value())
        except LstmvizError as error:
            self._complain(error)
            return
        self._remember(str(Path(path).parent))
        self.saved.emit(path)
        self.accept()

    def copy(self) -> None:
        """Put the figure on the clipboard and say so."""
        try:
            clipboard.copy(self._made(self.scale.value()), self.scale.value())
        except LstmvizError as error:
            self._complain(error)
            return
        self._remember()
        self.size_words.setText("Copied, as PNG and as SVG.")

    def ask_path(self) -> str:
        """The name the user gives the file; empty if they give none."""
        dialog = QFileDialog(self, "Export figure", self._folder())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{text} (*{suffix})" for suffix, text in FORMATS.items()])
        dialog.selectNameFilter(f"{FORMATS[self._suffix()]} (*{self._suffix()})")
        dialog.setDefaultSuffix(self._suffix()[1:])
        dialog.selectFile(f"lstm-{self.what.currentData()}{self._suffix()}")
        if not dialog.exec():
            return ""
        return dialog.selectedFiles()[0]

    def _made(self, resolution: float) -> Picture:
        return self._pictures(self.what.currentData(), self._theme(), resolution)

    def _complain(self, error: LstmvizError) -> None:
        """Show the sentence; the user may try again."""
        self.problem.setText(begun(str(error)))
        self.problem.show()

    def done(self, result: int) -> None:
        """Close, and draw nothing more."""
        self._timer.stop()
        super().done(result)

    # What it remembers

    def _folder(self) -> str:
        return "" if self._settings is None else str(self._settings.value("export/folder", ""))

    def _restore(self) -> None:
        if self._settings is None:
            return
        for name, box in (("what", self.what), ("format", self.format), ("theme", self.theme)):
            index = box.findData(str(self._settings.value(f"export/{name}", "")))
            box.setCurrentIndex(max(index, 0))
        try:
            scale = float(str(self._settings.value("export/scale", "2")))
        except ValueError:
            scale = 2.0
        self.scale.setValue(scale if devices.MIN_SCALE <= scale <= devices.MAX_SCALE else 2.0)

    def _remember(self, folder: str | None = None) -> None:
        if self._settings is None:
            return
        for name, box in (("what", self.what), ("format", self.format), ("theme", self.theme)):
            self._settings.setValue(f"export/{name}", box.currentData())
        self._settings.setValue("export/scale", self.scale.value())
        if folder is not None:
            self._settings.setValue("export/folder", folder)


def size_words(picture: Picture, suffix: str, scale: float) -> str:
    """How large the figure is: pixels and their size in print, or the size of the page.

    Raises `LstmvizError` for more pixels than are drawn.
    """
    if suffix == ".png":
        w, h = devices.pixels(picture, scale)
        inch, after = PRINT_DPI, f" at {PRINT_DPI} dpi"
        first = f"{w:,} × {h:,} pixels"
    else:
        w, h = round(picture.width * scale), round(picture.height * scale)
        inch, after = devices.DPI, ", sharp at any size"
        first = f"{w:,} × {h:,} units"
    return f"{first}  ·  {w / inch * CM:.1f} × {h / inch * CM:.1f} cm{after}"


def _choice(options: dict[str, str], name: str) -> QComboBox:
    box = QComboBox()
    for value, text in options.items():
        box.addItem(text, value)
    box.setAccessibleName(name)
    return box
