"""The left panel: what the network is, its sizes, layers and input, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lstmviz.engine.spec import NetworkSpec, cell_fault, problem
from lstmviz.gui.card import ModelCard
from lstmviz.gui.fields import SizeField
from lstmviz.gui.inputpanel import InputPanel
from lstmviz.gui.layerforms import HeadForm, InputForm, LayerForm
from lstmviz.gui.layerlist import LayerList
from lstmviz.gui.style import mark
from lstmviz.gui.tables import arithmetic, equations, names, size_hint
from lstmviz.gui.weightsform import WeightsForm
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.run import Run
from lstmviz.session import (
    Document,
    Session,
    Trained,
    Untrained,
    recipe_of,
    shaping,
    untrained_like,
)

SIZES = {"input": ("Input size", "x"), "hidden": ("Hidden size", "h"), "cell": ("Cell size", "c")}


class LeftPanel(QScrollArea):
    """Reports a wanted Document with the key of its gesture, and a layer to look at.

    Shows the session it is given. Its sizes are those of the layer that is looked at.
    """

    edited = Signal(object, object)
    layerWanted = Signal(int)

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
        self._layer = 0
        self._place: shaping.Place = ("layer", 0)
        self._told: tuple[Document, Run, Trained | None] | None = None
        self._showing = False
        self._drags = 0
        inside = QWidget()
        inside.setObjectName("plain")
        self.setWidget(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 8, 14, 12)
        self._column.setSpacing(7)
        self._build_sizes()
        self._build_layers()
        self.input = InputPanel()
        self._heading("Input")
        self._column.addWidget(self.input)
        self.input.edited.connect(lambda document, key: self.edited.emit(document, key))
        self._heading("Random weights")
        self.weights = WeightsForm()
        self.weights.changed.connect(lambda fields: self._rebuild(None, **fields))
        self._column.addWidget(self.weights)
        self._build_tables()
        self._tables = QTimer(self, interval=0, singleShot=True)  # words may come a turn later
        self._tables.timeout.connect(self._show_tables_now)
        self._column.addStretch(1)

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setObjectName("heading")
        self._column.addSpacing(6)
        self._column.addWidget(label)
        return label

    def _build_sizes(self) -> None:
        self.card = ModelCard()
        self._column.addWidget(self.card)
        self.heading = self._heading("Sizes")
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

    def _build_layers(self) -> None:
        self._column.addSpacing(6)
        self.layers = LayerList()
        self.layers.clicked.connect(self._choose)
        self.layers.asked.connect(self._reshape)
        self._column.addWidget(self.layers)
        self.layer_form, self.head_form, self.input_form = LayerForm(), HeadForm(), InputForm()
        self.layer_form.changed.connect(lambda fields: self._relayer(None, **fields))
        self.layer_form.switched.connect(self._switch)
        self.head_form.changed.connect(self._rehead)
        self.input_form.changed.connect(lambda fields: self._rebuild(None, **fields))
        self._forms = {
            "layer": self.layer_form,
            "head": self.head_form,
            "input": self.input_form,
        }
        for form in self._forms.values():
            self._column.addWidget(form)

    def _build_tables(self) -> None:
        self._heading("Equations")
        self.equations = QLabel()
        self.equations.setWordWrap(True)
        self.equations.setTextFormat(Qt.TextFormat.RichText)
        self.equations.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.equations.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(self.equations)
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

    def _want(self, network: Untrained, key: str | None = None) -> None:
        """The same document with another untrained network."""
        self.edited.emit(replace(untrained_like(self._document), network=network), key)

    def _rebuild(self, key: str | None, **changes: Any) -> None:
        """The same network but for fields of its recipe."""
        if not self._showing:
            self._want(replace(self._recipe(), **changes), key)

    def _relayer(self, key: str | None, **changes: Any) -> None:
        """The same network but for fields of the layer that is shown."""
        if not self._showing:
            self._want(shaping.with_layer(self._recipe(), self._layer, **changes), key)

    def _switch(self) -> None:
        """The same network, trained or not, with return_sequences of the layer the other way."""
        self.edited.emit(shaping.switched(self._document, self._layer), None)

    def _rehead(self, fields: dict[str, Any]) -> None:
        """The same network but for fields of the head that is chosen."""
        if not self._showing:
            self._want(shaping.with_head(self._recipe(), self._place[1], **fields))

    def _resize(self, which: str, size: int, dragging: bool) -> None:
        held = dragging and self.sizes[which].slider.isSliderDown()
        key = f"{which} size, drag {self._drags}" if held else None
        if which != "input":
            self._relayer(key, **{f"{which}_size": size})
        elif self._spec is not None and self._spec.embedding is not None:
            self._rebuild(key, embedding=size)
        else:
            self._rebuild(key, input_size=size)

    def _begin_drag(self) -> None:
        """Each drag of a slider is undone by itself."""
        self._drags += 1

    def _choose(self, place: shaping.Place) -> None:
        """Show what can be set in a place, and the layer that goes with it."""
        self._place = place
        self._show_place()
        if self._spec is not None:
            self.layerWanted.emit(shaping.layer_at(recipe_of(self._spec), place))

    def _reshape(self, what: str) -> None:
        """Add, duplicate, move or remove what is chosen."""
        recipe, place = self._recipe(), self._place
        if what == "layer":
            recipe, place = shaping.with_new_layer(recipe, shaping.below(recipe, place))
        elif what == "head":
            recipe, place = shaping.with_new_head(recipe, shaping.head_below(recipe, place))
        elif what == "copy":
            recipe, place = shaping.copied(recipe, place)
        elif what == "remove":
            recipe, place = shaping.removed(recipe, place)
        else:
            recipe, place = shaping.moved(recipe, place, 1 if what == "up" else -1)
        self._place = place
        self._want(recipe)
        self._choose(place)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Words and icons in these colours from now on."""
        self._theme = theme
        self.weights.set_theme(theme)
        self.layers.set_theme(theme)
        for field in self.sizes.values():
            field.label.setStyleSheet(f"color: {theme[field.role + '_text']}; font-weight: bold;")
            field.slider.setStyleSheet(
                f"QSlider::sub-page:horizontal {{ background: {theme[field.role]}; }}"
                f"QSlider::handle:horizontal {{ border-color: {theme[field.role]}; }}"
                f"QSlider::handle:horizontal:focus {{ background: {theme[field.role]}; }}"
            )
        if self._spec is not None:
            self._show_tables(self._spec)

    def show_session(
        self, session: Session, spec: NetworkSpec | None, run: Run, before: Trained | None = None
    ) -> None:
        """Show the document and what follows from it; undo leads back to the model `before`."""
        self._showing = True
        layer = min(session.view.layer, len(spec.layers) - 1) if spec else 0
        shown = (spec, session.document.network, layer)
        same = shown == (self._spec, self._document.network, self._layer)
        self._spec, self._document, self._layer = spec, session.document, layer
        if spec is not None and not same:
            self._show_network(session.document, spec)
            self._tables.start()
        told = (session.document, run, before)
        if told != self._told:
            self._told = told
            self.card.show_document(session.document, run, before)
            self.input.show_document(session.document, run)
        self._showing = False

    def _show_network(self, document: Document, spec: NetworkSpec) -> None:
        self._show_sizes(spec)
        self.note.setText(rule_words(spec, self._layer))
        mark(self.note, not spec.possible)
        network = document.network
        recipe = network if isinstance(network, Untrained) else recipe_of(spec)
        self.weights.show_recipe(recipe, trained=isinstance(network, Trained))
        self._place = shaping.held(recipe, self._place, self._layer)
        self._show_place()

    def _show_sizes(self, spec: NetworkSpec) -> None:
        """The sizes of the layer that is shown; only the lowest may choose what it reads."""
        cell, several = spec.layers[self._layer], len(spec.layers) > 1
        self.heading.setText(f"Sizes of layer {self._layer}" if several else "Sizes")
        sizes = {"input": cell.input_size, "hidden": cell.hidden_size, "cell": cell.cell_size}
        for which, size in sizes.items():
            hint = size_hint(spec, which, self._layer)
            if which == "input" and self._layer:
                hint = f"What layer {self._layer - 1} hands on"
            elif which == "input" and spec.embedding is not None:
                hint = f"The embedding of {spec.embedding.size:,} symbols"
            self.sizes[which].show_size(size, hint)
        self.sizes["input"].setEnabled(self._layer == 0)
        self.project.setChecked(cell.project)

    def _show_place(self) -> None:
        """The list with the place that is chosen, and what can be set in it."""
        spec = self._spec
        if spec is None:
            return
        showing, self._showing = self._showing, True
        kind, index = self._place
        self.layers.show_layers(spec, self._place, shaping.possible(recipe_of(spec), self._place))
        opened = isinstance(self._document.network, Trained)
        self.layer_form.show_cell(spec.layers[self._layer], opened=opened)
        self.input_form.show_input(spec)
        if kind == "head":
            self.head_form.show_head(spec.heads[index])
        for name, form in self._forms.items():
            form.setVisible(name == kind)
        self._showing = showing

    def _show_tables_now(self) -> None:
        if self._spec is not None:
            self._show_tables(self._spec)

    def _show_tables(self, spec: NetworkSpec) -> None:
        self.equations.setText(equations(spec, self._theme, self._layer))
        self.arithmetic.setText(arithmetic(spec, self._theme, self._layer))
        self.names.setText(names(spec, self._theme))


def rule_words(spec: NetworkSpec, layer: int) -> str:
    """What does not fit, if anything; else which sizes must match, and why there is a projection.

    Where the layer itself is broken its own sizes are told of, else the first that is.
    """
    cell = spec.layers[layer]
    h, c = cell.hidden_size, cell.cell_size
    broken = cell_fault(cell)
    told = f"{'; '.join(broken)}." if broken else problem(spec)
    if told:
        return f"Impossible: {told}"
    if cell.projected:
        return (
            f"Only operands of ⊙ and + must match: f, i, g, o and c all have {c:,}. h may have "
            f"any size: W_hr projects {c:,} to {h:,}."
        )
    return (
        f"Only operands of ⊙ and + must match: f, i, g, o and c all have {c:,}. h has too, "
        "so no projection is needed."
    )
