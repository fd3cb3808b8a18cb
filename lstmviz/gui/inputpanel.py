"""Choosing what the network reads: text, a file, or a made sequence; and where it starts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.errors import LstmvizError
from lstmviz.gui.fields import narrow, number_box
from lstmviz.gui.reading import ReadingDialog
from lstmviz.gui.vocabulary import VocabularyButton
from lstmviz.inputs import SUFFIXES, TEXTS
from lstmviz.inputs.choices import Choices, choices
from lstmviz.inputs.generators import KINDS
from lstmviz.inputs.sequence import unnamed
from lstmviz.scene.run import Run
from lstmviz.session import (
    Document,
    FileInput,
    GeneratedInput,
    InputRecipe,
    TextInput,
    Trained,
    Untrained,
    VocabularyFile,
    input_of,
)

PAUSE = 250
"""Milliseconds after the last key before a text is taken up."""
MADE = {
    "impulse": "Impulse",
    "step": "Step",
    "sine": "Sine",
    "noise": "Noise",
    "onehot": "Random one-hot",
    "chirp": "Sine of changing frequency",
    "bits": "Random bits",
    "adding": "Adding problem",
}
"""Words for the generators."""
PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""Why a focus is lost that will come back."""
FILTER = f"Sequences ({' '.join('*' + suffix for suffix in SUFFIXES)});;All files (*)"


class InputPanel(QWidget):
    """Reports a wanted Document, and the file it is to read; shows the one it is given."""

    edited = Signal(object, object)
    fileTaken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = Document()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._kind_choice()
        self._text_field()
        self._file_row()
        self.vocabulary = VocabularyButton()
        self.vocabulary.wanted.connect(self._name_symbols)
        self._made_row()
        self.summary = QLabel()
        self.summary.setObjectName("muted")
        self.summary.setWordWrap(True)
        self._start_choice()
        shown = (self.kind, self.text, self.file_row, self.made, self.vocabulary, self.summary)
        for widget in shown:
            column.addWidget(widget)
        column.addWidget(self.start)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PAUSE)
        self._wait.timeout.connect(self._take_text)

    def _kind_choice(self) -> None:
        self.kind = QComboBox()
        narrow(self.kind)
        self.kind.setAccessibleName("Kind of input")
        self.kind.setToolTip("What the network reads: text, a file, or a made sequence")
        self.kind.addItem("Text, a symbol a step", "text")
        self.kind.addItem("File…", "file")
        for name in KINDS:
            self.kind.addItem(MADE[name], name)
        self.kind.activated.connect(lambda: self._choose())

    def _text_field(self) -> None:
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Text the network reads")
        self.text.setToolTip("Every character is a step, one-hot over the text's own alphabet")
        self.text.setPlaceholderText("Type or paste text")
        self.text.setTabChangesFocus(True)
        self.text.setAcceptDrops(False)  # files dropped on it are for the window
        self.text.installEventFilter(self)
        self.text.setFixedHeight(66)
        self.text.textChanged.connect(self._typed)

    def _file_row(self) -> None:
        self.browse = QPushButton("Choose a file…")
        self.browse.setToolTip("Files may also be dropped on the window")
        self.browse.clicked.connect(self.choose_file)
        self.how = QPushButton("Columns and scale…")
        self.how.setToolTip("Choose how this file is read")
        self.how.clicked.connect(self.ask_how)
        self.file_row = QWidget()
        files = QVBoxLayout(self.file_row)
        files.setContentsMargins(0, 0, 0, 0)
        files.setSpacing(6)
        files.addWidget(self.browse)
        files.addWidget(self.how)

    def _start_choice(self) -> None:
        self.start = QComboBox()
        narrow(self.start)
        self.start.setAccessibleName("Where h and c start")
        self.start.setToolTip("h and c before step 0")
        self._show_start("model", False)
        self.start.activated.connect(
            lambda: self._emit(replace(self._document, initial=self.start.currentData()))
        )

    def _made_row(self) -> None:
        self.made = QWidget()
        row = QHBoxLayout(self.made)
        row.setContentsMargins(0, 0, 0, 0)
        self.length, self.seed = number_box(), number_box()
        usual = GeneratedInput()
        for spin, low, high, first, name in (
            (self.length, 1, 100_000, usual.length, "Length"),
            (self.seed, 0, 2**31 - 1, usual.seed, "Seed"),
        ):
            spin.setRange(low, high)
            spin.setValue(first)
            spin.setKeyboardTracking(False)
            spin.setAccessibleName(f"{name} of the made input")
            spin.setToolTip(f"{name} of the made input: {low:,} to {high:,}")
            label = QLabel(name)
            label.setBuddy(spin)
            spin.setMinimumWidth(60)
            row.addWidget(label)
            row.addWidget(spin, 1)
            spin.valueChanged.connect(lambda: self._make())
            spin.setAlignment(Qt.AlignmentFlag.AlignRight)

    def _emit(self, document: Document, key: str | None = None) -> None:
        self.edited.emit(document, key)

    def _with_input(self, recipe: InputRecipe, key: str | None = None) -> None:
        """The document with another input; an untrained network takes the width of text."""
        network = self._document.network
        if isinstance(network, Untrained) and isinstance(recipe, TextInput | FileInput):
            network = replace(network, input_size=None)
        self._emit(replace(self._document, network=network, input=recipe), key)

    def _choose(self) -> None:
        kind = self.kind.currentData()
        self._meant = None
        if kind == "file":
            self.choose_file()
        elif kind == "text":
            self._meant = self._document
            self._show_fields("text")
            QTimer.singleShot(0, self.text.setFocus)  # after the list gave its focus back
            if self.text.toPlainText():
                self._take_text()
        else:
            self._make()

    def _make(self) -> None:
        kind = self.kind.currentData()
        if kind in ("text", "file"):
            return
        recipe = GeneratedInput(kind, self.length.value(), self.seed.value())
        network = self._document.network
        if isinstance(network, Untrained) and network.input_size is None:
            network = replace(network, input_size=self._width)
        self._emit(replace(self._document, network=network, input=recipe))

    def _typed(self) -> None:
        self._kept = False
        self._wait.start()

    def _take_text(self) -> None:
        """Read what is typed; keys pressed without leaving the box undo as one."""
        self._wait.stop()
        text = self.text.toPlainText()
        if text and text != self._shown_text:
            self._shown_text = text
            self._with_input(TextInput(text), f"text {self._visits}")
        elif not text:
            self.summary.setText("Nothing is typed, so the text before is still read.")

    def keep_text(self) -> None:
        """What is typed was refused: leave it to be mended while the user is at it."""
        self._kept = self.text.hasFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """On leaving the text box, take up what is typed and show what is read."""
        if event.type() == QEvent.Type.FocusIn:
            self._visits += 1
        elif (
            event.type() == QEvent.Type.FocusOut
            and isinstance(event, QFocusEvent)
            and event.reason() not in PASSING
        ):
            if self._wait.isActive():
                self._take_text()
            self._kept, self._meant = False, None
            self.show_document(self._document, self._run)
        return super().eventFilter(watched, event)

    def choose_file(self) -> None:
        """Ask for a file of input."""
        path, _ = QFileDialog.getOpenFileName(self, "Open input", "", FILTER)
        if path:
            self.open_file(path)
        else:
            self.show_document(self._document, self._run)

    def open_file(self, path: str) -> None:
        """Read the network's input from a file; ask how where it does not fit as it is."""
        self._read(FileInput(path), always=False)

    def ask_how(self) -> None:
        """Ask how the file that is read is to be read."""
        if isinstance(self._document.input, FileInput):
            self._read(self._document.input, always=True)

    def _read(self, recipe: FileInput, *, always: bool) -> None:
        spec = self._run.spec
        size = spec.input_size if spec and isinstance(self._document.network, Trained) else None
        try:
            offered = choices(recipe.path, size)
        except LstmvizError:
            offered = Choices()  # reading it will say what is wrong
        if always or offered.why:
            dialog = ReadingDialog(recipe, offered, size, self)
            taken = dialog.exec() == QDialog.DialogCode.Accepted
            recipe = dialog.recipe
            dialog.deleteLater()
            if not taken:
                self.show_document(self._document, self._run)
                return
        self.fileTaken.emit(recipe.path)
        self._with_input(recipe)

    def _name_symbols(self, vocabulary: VocabularyFile | None) -> None:
        """Read texts by another vocabulary; an untrained network takes its size."""
        document = replace(self._document, vocabulary=vocabulary)
        if isinstance(document.network, Untrained) and vocabulary is not None:
            document = replace(document, network=replace(document.network, input_size=None))
        self._emit(document)

    def show_document(self, document: Document, run: Run) -> None:
        """Show what is read now."""
        self._document, self._run = document, run
        self._width = run.spec.input_size if run.spec else 5
        current = run.sequence is not None and run.document == document
        recipe = document.input
        if recipe is None and current:
            if self._own[0] != document:
                self._own = (document, input_of(document))
            recipe = self._own[1]
        if document != self._meant:
            self._meant = None
        kind = "text" if self._meant else _kind_of(recipe)
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(self.kind.findData(kind))
        self._show_fields(kind)
        if kind == "text" and not self._wait.isActive() and not self._kept:
            text = recipe.text if isinstance(recipe, TextInput) else None
            emptied = self.text.document().isEmpty() and not self.text.hasFocus()
            if text is not None and (text != self._shown_text or emptied):
                with QSignalBlocker(self.text):
                    self.text.setPlainText(text)
                self._shown_text = text
        if isinstance(recipe, GeneratedInput):
            with QSignalBlocker(self.length), QSignalBlocker(self.seed):
                self.length.setValue(recipe.length)
                self.seed.setValue(recipe.seed)
        if current:
            self._brings_states = run.network is not None and run.network.initial is not None
        self._show_start(document.initial, self._brings_states)
        if current and run.sequence is not None:
            made = isinstance(recipe, GeneratedInput)
            self.summary.setText(sequence_words(run, made=made))
            symbolic = run.sequence.symbolic and not made
            self.vocabulary.setVisible(symbolic or document.vocabulary is not None)
            own = run.network.vocabulary if run.network else None
            self.vocabulary.show_vocabulary(document.vocabulary, own, run.sequence)

    _meant: Document | None = None
    """The document in whose place a text will be read, once it is typed."""

    def _show_start(self, initial: str, own: bool) -> None:
        """The choice of states before step 0; the model's own, if it has any, stand first."""
        rows = [("h and c start where the file says", "model")] if own else []
        rows += [("h and c start at zero", "zero" if own else "model")]
        rows += [("h and c start at random", "random")]
        with QSignalBlocker(self.start):
            if [self.start.itemData(k) for k in range(self.start.count())] != [r[1] for r in rows]:
                self.start.clear()
                for words, value in rows:
                    self.start.addItem(words, value)
            self.start.setCurrentIndex(max(0, self.start.findData(initial)))

    _own: tuple[Document | None, InputRecipe | None] = (None, None)
    _brings_states = False
    _shown_text = ""
    _kept = False
    _visits = 0
    _width = 5
    _run = Run(0, Document())

    def _show_fields(self, kind: str) -> None:
        self.text.setVisible(kind == "text")
        self.file_row.setVisible(kind == "file")
        recipe = self._document.input
        offers = isinstance(recipe, FileInput) and not recipe.path.lower().endswith(TEXTS)
        self.how.setVisible(offers)
        sound = isinstance(recipe, FileInput) and recipe.path.lower().endswith(".wav")
        self.how.setText("Frames and scale…" if sound else "Columns and scale…")
        self.made.setVisible(kind not in ("text", "file"))


def _kind_of(recipe: InputRecipe | None) -> str:
    if isinstance(recipe, FileInput):
        return "file"
    return recipe.kind if isinstance(recipe, GeneratedInput) else "text"


def sequence_words(run: Run, *, made: bool) -> str:
    """What the sequence is: its length, and its alphabet or columns; if `made`, without a title."""
    sequence = run.sequence
    if sequence is None:
        return ""
    width = sequence.values.shape[1]
    steps = f"{sequence.steps:,} step{'s' * (sequence.steps != 1)} × {width:,}"
    told = steps if made else f"{sequence.title}: {steps}"
    names = [name for name in sequence.columns if name]
    named = sequence.columns != unnamed(width)
    if names and named:
        shown = (" " if sequence.symbolic else ", ").join(names[:24])
        more = " …" if len(names) > 24 else ""
        told += f". {'Alphabet' if sequence.symbolic else 'Columns'}: {shown}{more}"
    return " ".join((told + "." * bool(sequence.notes), *sequence.notes))
