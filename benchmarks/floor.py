"""The floor of playing: a bare window with six pyqtgraph images, their cursors and nine cards.

It shows what the program's window shows of values, and nothing else: no words but the axes',
no diagram, no panels.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from benchmarks.common import WINDOW

IMAGES = 6
CARDS = 9


class Card(QWidget):
    """A vector as a square of pixels."""

    def __init__(self, values, table):
        super().__init__()
        self.setFixedSize(110, 110)
        self._values, self._table = values, table
        self._side = int(values.shape[1] ** 0.5)
        self.show_step(0)

    def show_step(self, step):
        row = np.clip((self._values[step] + 1) * 127.5, 0, 255).astype(np.uint8)
        self._square = np.ascontiguousarray(row[: self._side**2].reshape(self._side, self._side))
        self.update()

    def paintEvent(self, event):
        side = self._side
        image = QImage(self._square.data, side, side, side, QImage.Format.Format_Indexed8)
        image.setColorTable(self._table)
        painter = QPainter(self)
        painter.drawImage(QRectF(self.rect()), image)
        painter.end()


class FloorWindow(QMainWindow):
    """Six images of (steps, cells) values, a cursor in each, and nine cards of one row."""

    def __init__(self, cells, steps):
        super().__init__()
        self.resize(*WINDOW)
        rng = np.random.default_rng(0)
        values = np.tanh(rng.standard_normal((steps, cells))).astype(np.float32)
        colors = pg.colormap.get("viridis").getLookupTable(nPts=256)
        table = [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in colors]
        row = QHBoxLayout()
        self.cards = [Card(values, table) for _ in range(CARDS)]
        for card in self.cards:
            row.addWidget(card)
        plots = pg.GraphicsLayoutWidget()
        self.cursors = []
        for index in range(IMAGES):
            plot = plots.addPlot(*divmod(index, 2))
            plot.addItem(pg.ImageItem(values, levels=(-1, 1), lut=colors))
            cursor = pg.InfiniteLine(0, movable=False)
            plot.addItem(cursor)
            self.cursors.append(cursor)
        central = QWidget()
        column = QVBoxLayout(central)
        column.addLayout(row)
        column.addWidget(plots, 1)
        self.setCentralWidget(central)

    def go(self, step):
        """Show a step."""
        for cursor in self.cursors:
            cursor.setPos(step)
        for card in self.cards:
            card.show_step(step)
