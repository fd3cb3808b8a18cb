"""A widget that shows a scene as it is."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lstmviz import paint
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.shapes import Shape


class SceneWidget(QWidget):
    """Paints shapes given in its own pixels."""

    def __init__(self, width: float, height: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = QSize(round(width), round(height))
        self._theme: Theme = LIGHT
        self._shapes: tuple[Shape, ...] = ()
        self.setMinimumSize(self._size)

    def sizeHint(self) -> QSize:
        """The size of the scene."""
        return self._size

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme = theme
        self.update()

    def set_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Show these shapes from now on."""
        if shapes != self._shapes:
            self._shapes = shapes
            self.update()

    def shapes(self) -> tuple[Shape, ...]:
        """What is shown, for export."""
        return self._shapes

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the scene."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme["panel"]))
        paint.draw(painter, self._shapes, self._theme)
        painter.end()
