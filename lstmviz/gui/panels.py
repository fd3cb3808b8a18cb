"""The left panel: what the network is, its sizes, head and input, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.engine.spec import HEAD_ACTIVATIONS, MAX_SIZE, CellSpec, HeadSpec, NetworkSpec
from lstmviz.gui.fields import SizeField, narrow
from lstmviz.gui.inputpanel import InputPanel
from lstmviz.gui.style import icon
from lstmviz.gui.tables import arithmetic, names, size_hint
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.run import Run
from lstmviz.session import Document, Session, Trained, Untrained, untrained_like

SIZES = {"input": ("Input size", "x"), "hidden": ("Hidden size", "h"), "cell": ("Cell size", "c")}


class LeftPanel(QScrollArea):
    """Reports a wanted Document with the key of its gesture; shows what it is given."""

    edited = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumWidth(236)
        self._theme: Theme = LIGHT
        self._document = Document()
        self._spec: NetworkSpec | None = None
        self._showing = False
        self._layer = 0
        self._drags = 0
        inside = QWidget()
        inside.setObjectName("plain")
        self.setWidget(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 8, 14, 12)
        self._column.setSpacing(7)
        self._build_network()
        self._build_head()
        self.input = InputPanel()
        self._heading("Input")
        self._column.addWidget(self.input)
        self.input.edited.connect(lambda document, key: self.edited.emit(document, key))
        self._build_tables()
        self._tables = QTimer(self, interval=0, singleShot=True)  # words may come a turn later
        self._tables.timeout.connect(self._show_tables_now)
        self._column.addStretch(1)

    def _heading(self, text: str) -> None:
        label = QLabel(text)
        label.setObjectName("heading")
        self._column.addSpacing(6)
        self._column.addWidget(label)

    def _build_network(self) -> None:
        self._heading("Sizes")
        self.status = QLabel()
        self.status.setObjectName("muted")
        self.status.setWordWrap(True)
        self._column.addWidget(self.status)
        self.sizes: dict[str, SizeField] = {}
        for which, (name, role) in SIZES.items():
            field = SizeField(name, role)
            field.changed.connect(
                lambda size, dragging, which=which: self._resize(which, size, dragging)
            )
            field.slider.sliderPressed.connect(self._begin_drag)
            self.sizes[which] = field
            self._column.addWidget(field)
        self.project = QCheckBox("Project h where hidden ≠ cell")
        self.project.setToolTip("A matrix W_hr turns the cell output (cell size) into h")
        self.project.clicked.connect(lambda on: self._relayer(None, project=on))
        self._column.addWidget(self.project)
        self.note = QLabel()
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self._column.addWidget(self.note)
        row = QHBoxLayout()
        label = QLabel("Seed")
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setKeyboardTracking(False)
        self.seed.setFixedWidth(86)
        self.seed.setAccessibleName("Seed of the random weights")
        self.seed.setToolTip("Every seed stands for other random weights")
        self.seed.setAlignment(Qt.AlignmentFlag.AlignRight)
        label.setBuddy(self.seed)
        self.seed.valueChanged.connect(lambda seed: self._rebuild(None, seed=seed))
        self.dice = QToolButton()
        self.dice.setToolTip("Other random weights")
        self.dice.setAccessibleName("Other random weights")
        self.dice.clicked.connect(lambda: self.seed.setValue(self.seed.value() + 1))
        row.addWidget(label, 1)
        row.addWidget(self.seed)
        row.addWidget(self.dice)
        self._column.addLayout(row)

    def _build_head(self) -> None:
        self._heading("Head")
        row = QHBoxLayout()
        self.head = QComboBox()
        narrow(self.head)
        self.head.setAccessibleName("Head: activation of the Dense layer on h")
        self.head.setToolTip("A Dense layer that reads h at every step")
        self.head.addItem("none", None)
        for activation in HEAD_ACTIVATIONS:
            self.head.addItem(f"Dense {activation}", activation)
        self.head.activated.connect(lambda: self._set_head())
        self.head_size = QSpinBox()
        self.head_size.setRange(1, MAX_SIZE)
        self.head_size.setKeyboardTracking(False)
        self.head_size.setAccessibleName("Size of the head")
        self.head_size.setToolTip(f"How many values the head makes: 1 to {MAX_SIZE:,}")
        self.head_size.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.head_size.setFixedWidth(62)
        self.head_size.valueChanged.connect(lambda: self._set_head())
        row.addWidget(self.head, 1)
        row.addWidget(self.head_size)
        self._column.addLayout(row)

    def _build_tables(self) -> None:
        self._heading("Shape arithmetic")
        self.arithmetic = QLabel()
        self.arithmetic.setTextFormat(Qt.TextFormat.RichText)
        self.arithmetic.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._column.addWidget(self.arithmetic)
        self._heading("In other frameworks")
        self.names = QLabel()
        self.names.setWordWrap(True)
        self.names.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.names.setTextFormat(Qt.TextFormat.RichText)
        self.names.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(self.names)

    # What the user asks for

    def _recipe(self) -> Untrained:
        """The network that is shown as an untrained one."""
        network = untrained_like(self._document).network
        assert isinstance(network, Untrained)
        return network

    def _rebuild(self, key: str | None, **changes: Any) -> None:
        """The same document with another untrained network."""
        if self._showing:
            return
        network = replace(self._recipe(), **changes)
        self.edited.emit(replace(untrained_like(self._document), network=network), key)

    def _resize(self, which: str, size: int, dragging: bool) -> None:
        held = dragging and self.sizes[which].slider.isSliderDown()
        key = f"{which} size, drag {self._drags}" if held else None
        if which == "input":
            self._rebuild(key, input_size=size)
        else:
            self._relayer(key, **{f"{which}_size": size})

    def _relayer(self, key: str | None, **changes: Any) -> None:
        """The same with another layer in the place of the one that is shown."""
        if self._showing:
            return
        layers = list(self._recipe().layers)
        layers[self._layer] = replace(layers[self._layer], **changes)
        self._rebuild(key, layers=tuple(layers))

    def _begin_drag(self) -> None:
        """Each drag of a slider is undone by itself."""
        self._drags += 1

    def _set_head(self) -> None:
        activation = self.head.currentData()
        head = HeadSpec(self.head_size.value(), activation) if activation else None
        if self._spec is None or head != self._spec.head:
            self._rebuild(None, heads=(head,) if head else ())

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Words and icons in these colours from now on."""
        self._theme = theme
        self.dice.setIcon(icon("dice", theme["ink"]))
        for field in self.sizes.values():
            field.label.setStyleSheet(f"color: {theme[field.role + '_text']}; font-weight: bold;")
            field.slider.setStyleSheet(
                f"QSlider::sub-page:horizontal {{ background: {theme[field.role]}; }}"
                f"QSlider::handle:horizontal {{ border-color: {theme[field.role]}; }}"
                f"QSlider::handle:horizontal:focus {{ background: {theme[field.role]}; }}"
            )
        if self._spec is not None:
            self._show_tables(self._spec)

    def show_session(self, session: Session, spec: NetworkSpec | None, run: Run) -> None:
        """Show the document and what follows from it."""
        self._showing = True
        layer = min(session.view.layer, len(spec.layers) - 1) if spec else 0
        shown = (spec, session.document, layer)
        same = shown == (self._spec, self._document, self._layer)
        self._spec, self._document, self._layer = shown
        if spec is not None and not same:
            self._show_network(session.document, spec)
            self._tables.start()
        self.status.setText(network_words(session.document, run))
        self.input.show_document(session.document, run)
        self._showing = False

    def _show_network(self, document: Document, spec: NetworkSpec) -> None:
        cell = spec.layers[self._layer]
        sizes = {"input": cell.input_size, "hidden": cell.hidden_size, "cell": cell.cell_size}
        for which, size in sizes.items():
            self.sizes[which].show_size(size, size_hint(spec, which, self._layer))
        self.project.setChecked(cell.project)
        network = document.network
        self.seed.setValue(network.seed if isinstance(network, Untrained) else 0)
        self.note.setText(rule_words(cell))
        self.head.setCurrentIndex(self.head.findData(spec.head.activation if spec.head else None))
        self.head_size.setEnabled(spec.head is not None)
        if spec.head:
            self.head_size.setValue(spec.head.size)

    def _show_tables_now(self) -> None:
        if self._spec is not None:
            self._show_tables(self._spec)

    def _show_tables(self, spec: NetworkSpec) -> None:
        self.arithmetic.setText(arithmetic(spec, self._theme, self._layer))
        self.names.setText(names(spec, self._theme))


def network_words(document: Document, run: Run) -> str:
    """What kind of weights these are, and what is known of its units."""
    if not isinstance(document.network, Trained):
        return "Untrained: random weights."
    network = run.network if run.document.network == document.network else None
    title = (network.title if network else "") or document.network.path
    units = network.notes.get("units", "") if network else ""
    return f"Trained: {title}. {units}".strip()


def rule_words(cell: CellSpec) -> str:
    """Which sizes must match, and why there is a projection or none."""
    h, c = cell.hidden_size, cell.cell_size
    if not cell.possible:
        return (
            f"Impossible: o ⊙ tanh(c) would join {h:,} and {c:,} values. Make hidden and cell "
            "size equal, or tick the projection."
        )
    if cell.projected:
        return (
            f"Only operands of ⊙ and + must match: f, i, g, o and c all have {c:,}. h may have "
            f"any size: W_hr projects {c:,} to {h:,}."
        )
    return (
        f"Only operands of ⊙ and + must match: f, i, g, o and c all have {c:,}. h has too, "
        "so no projection is needed."
    )
