"""The window as a picture for any device: PNG, or SVG and PDF with true shapes and text.

Widgets are painted one by one, parents first. `QWidget.render` of a whole window onto a vector
device cuts its children off at clips that lie elsewhere; one widget alone, recorded and played
back, does not. Views that are scenes paint their shapes themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPicture, QRegion
from PySide6.QtWidgets import QWidget

from lstmviz import paint
from lstmviz.export.picture import VECTOR_SCALE, Picture, painting
from lstmviz.export.pictures import picture_of, theme_of
from lstmviz.export.recipe import recipe, title
from lstmviz.gui.diagram import DiagramView
from lstmviz.gui.heatmaps import HeatmapsView
from lstmviz.gui.questionview import QuestionView
from lstmviz.gui.scenewidget import SceneWidget
from lstmviz.scene import heatmaps
from lstmviz.scene.colors import Theme
from lstmviz.scene.heataxes import frames, furniture
from lstmviz.scene.heatmarks import brush, touched
from lstmviz.scene.plots import unit_plots
from lstmviz.scene.questions import marked
from lstmviz.scene.shapes import Shape

if TYPE_CHECKING:
    from lstmviz.gui.window import MainWindow


def pictures_of(window: MainWindow) -> Callable[[str, str | None, float], Picture]:
    """What makes pictures of what a window shows, for the export dialog.

    It takes "diagram", "heatmaps", "why" or "window", the theme (None: the window's own) and the
    resolution of images, and raises `LstmvizError` where there is nothing to draw yet.
    """

    def make(what: str, theme: str | None, scale: float) -> Picture:
        colors = window.theme if theme is None else theme_of(theme)
        run, view = window.store.run, window.store.view
        if what != "window":
            return picture_of(run, view, what, colors, scale=scale)

        def draw(painter: QPainter, vector: bool) -> None:
            with _dressed(window, colors):
                paint_widget(painter, window, colors, vector)

        words = title(run, view, what), recipe(run, view, what, colors.name)
        return Picture(window.width(), window.height(), draw, colors["window"], *words)

    return make


@contextmanager
def _dressed(window: MainWindow, theme: Theme) -> Iterator[None]:
    """The window in another theme, for as long as no event is handled: nobody sees it."""
    if window.theme is theme:
        yield
        return
    before = window.store.view.theme
    window.store.look(theme=theme.name)
    try:
        yield
    finally:
        window.store.look(theme=before)


def widget_picture(
    window: QWidget, theme: Theme, title: str = "", recipe: Mapping[str, Any] | None = None
) -> Picture:
    """A laid-out window as it stands when the picture is drawn; `theme` is the one it wears."""

    def draw(painter: QPainter, vector: bool) -> None:
        paint_widget(painter, window, theme, vector)

    size = window.width(), window.height()
    return Picture(*size, draw, theme["window"], title, recipe or {})


def paint_widget(painter: QPainter, widget: QWidget, theme: Theme, vector: bool) -> None:
    """Paint a widget and everything in it from the painter's origin."""
    with _kept(painter):
        painter.setClipRect(QRectF(widget.rect()), Qt.ClipOperation.IntersectClip)
        if painter.clipBoundingRect().isEmpty():  # scrolled away; Qt takes no clip for all
            return
        sharpness = VECTOR_SCALE if vector else painter.device().devicePixelRatioF()
        scene = _scene_of(widget, sharpness)
        if scene is None:
            _paint_alone(painter, widget, vector)
        else:
            with _kept(painter):
                painter.fillRect(QRectF(widget.rect()), QColor(theme["panel"]))
                painter.translate(scene.origin)
                painter.scale(scene.scale, scene.scale)
                paint.draw(painter, scene.shapes, theme, vector=vector)
        for child in _children(widget):
            with _kept(painter):
                painter.translate(child.pos())
                paint_widget(painter, child, theme, vector)


@dataclass(frozen=True, eq=False)
class _Scene:
    """The shapes of a view, where it shows their origin, and how large."""

    shapes: tuple[Shape, ...]
    origin: QPointF
    scale: float = 1.0


def _scene_of(widget: QWidget, sharpness: float) -> _Scene | None:
    """What a view is made of, with images for that many pixels to the logical one."""
    if isinstance(widget, DiagramView):
        return _Scene(widget.shapes(), widget.to_widget(0, 0), widget.scale_now())
    if isinstance(widget, (SceneWidget, QuestionView)):
        return _Scene(widget.shapes(), QPointF())
    if isinstance(widget, HeatmapsView) and widget.place and widget.content:
        place, content, view = widget.place, widget.content, widget.view
        shown = view.step + 1 if view.reveal else None
        shapes = [
            *furniture(place, content, sharpness, shown),
            *heatmaps.images(place, content, sharpness),
            *frames(place),
            *touched(place, content),
            *unit_plots(place, content),
            *brush(place, marked(view)),
            *heatmaps.overlay(place, content, view.step, view.hover, view.reveal),
        ]
        return _Scene(tuple(shapes), QPointF())
    return None


@contextmanager
def _kept(painter: QPainter) -> Iterator[None]:
    painter.save()
    try:
        yield
    finally:
        painter.restore()


def _children(widget: QWidget) -> list[QWidget]:
    """What is seen in a widget, from the lowest to the uppermost."""
    return [
        child
        for child in widget.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisibleTo(widget)
    ]


def _paint_alone(painter: QPainter, widget: QWidget, vector: bool) -> None:
    """One widget without its children; the ground of the page only under the window itself."""
    flag = QWidget.RenderFlag
    flags = flag.DrawWindowBackground if widget.isWindow() else flag(0)
    if not vector:
        QWidget.render(widget, painter, QPoint(), QRegion(), flags)
        return
    record = QPicture()
    with painting(record) as recorder:
        QWidget.render(widget, recorder, QPoint(), QRegion(), flags)
    with _kept(painter):
        painter.drawPicture(0, 0, record)
