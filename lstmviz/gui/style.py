"""Own palette, style sheet and icons, so that the window looks alike on every platform."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

from lstmviz import paint, resources
from lstmviz.scene.colors import THEMES, Theme

BASE = 12
"""Size of ordinary words in the window, in pixels."""


def resolve_theme(name: str) -> Theme:
    """The theme itself; "system" follows the desktop."""
    if name in THEMES:
        return THEMES[name]
    hints = QApplication.styleHints()
    dark = hints.colorScheme() == Qt.ColorScheme.Dark
    return THEMES["dark" if dark else "light"]


def apply(app: QApplication, theme: Theme) -> None:
    """Give the whole application the theme's colours and the bundled font."""
    paint.load_fonts()
    app.setStyle("Fusion")
    app.setFont(paint.font(BASE))
    app.setPalette(_palette(theme))
    app.setStyleSheet(_sheet(theme))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colors = {
        role.Window: "window",
        role.WindowText: "ink",
        role.Base: "card",
        role.AlternateBase: "faint",
        role.Text: "ink",
        role.PlaceholderText: "muted",
        role.Button: "panel",
        role.ButtonText: "ink",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.ToolTipBase: "card",
        role.ToolTipText: "ink",
        role.Link: "accent",
    }
    for where, name in colors.items():
        palette.setColor(where, QColor(theme[name]))
    for where in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(theme["muted"]))
    return palette


def _sheet(theme: Theme) -> str:
    return _grounds(theme) + _controls(theme) + _tables(theme)


def _grounds(theme: Theme) -> str:
    """What things stand on: windows, panels, menus, words."""

    def c(role: str) -> str:
        return theme[role]

    return f"""
    QMainWindow, QDialog {{ background: {c("window")}; }}
    QWidget#panel, QScrollArea#panel {{ background: {c("panel")}; border: 1px solid {c("edge")};
        border-radius: 8px; }}
    QWidget#plain {{ background: {c("panel")}; }}
    QLabel#heading {{ font-weight: bold; }}
    QLabel#muted {{ color: {c("muted")}; }}
    QLabel#brand {{ font-weight: bold; font-size: 15px; }}
    QLabel#note {{ background: {c("note")}; color: {c("note_text")}; padding: 6px 8px;
        border: 1px solid {c("note_edge")}; border-radius: 6px; }}
    QLabel#note[broken="true"] {{ background: {c("bad_fill")}; color: {c("ink")};
        border-color: {c("bad")}; }}
    QFrame#card {{ background: {c("card")}; border: 1px solid {c("edge")}; border-radius: 6px; }}
    QFrame#banner {{ background: {c("bad_fill")}; border: 1px solid {c("bad")};
        border-radius: 6px; }}
    QWidget#header {{ background: {c("panel")}; border-bottom: 1px solid {c("edge")}; }}
    QMenuBar {{ background: transparent; }}
    QMenuBar::item {{ padding: 6px 9px; border-radius: 4px; background: transparent; }}
    QMenuBar::item:selected {{ background: {c("faint")}; }}
    QMenu {{ background: {c("card")}; border: 1px solid {c("edge")}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 22px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c("accent")}; color: {c("on_accent")}; }}
    QMenu::item:disabled {{ color: {c("muted")}; }}
    QMenu::separator {{ height: 1px; background: {c("edge")}; margin: 4px 6px; }}
    QToolTip {{ background: {c("card")}; color: {c("ink")}; border: 1px solid {c("edge")};
        padding: 4px; }}
    """


def _controls(theme: Theme) -> str:
    """What can be pressed, dragged or typed in."""

    def c(role: str) -> str:
        return theme[role]

    return f"""
    QPushButton, QToolButton {{ background: {c("faint")}; color: {c("ink")};
        border: 1px solid {c("edge")}; border-radius: 5px; padding: 4px 10px; }}
    QToolButton {{ padding: 4px 6px; }}
    QToolButton#parted {{ padding-right: 20px; }}
    QToolButton#parted::menu-button {{ border: 0; border-left: 1px solid {c("edge")};
        width: 16px; }}
    QToolButton::menu-indicator {{ subcontrol-origin: padding;
        subcontrol-position: right center; right: 5px; }}
    QToolButton#ask::menu-indicator {{ image: none; width: 0; }}
    QToolButton#small {{ padding: 0 6px; }}
    QPushButton#row {{ text-align: left; padding: 4px 8px; }}
    QPushButton#row:checked {{ background: {c("card")}; color: {c("ink")};
        border: 2px solid {c("accent")}; padding: 3px 7px; }}
    QPushButton#row[broken="true"] {{ background: {c("bad_fill")}; border-color: {c("bad")}; }}
    QToolButton#tool {{ padding: 2px 3px; }}
    QToolButton#fold {{ background: transparent; border: 0; padding: 3px 0; color: {c("ink")}; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {c("accent")}; }}
    QPushButton:focus, QToolButton:focus {{ border: 1.5px solid {c("accent")}; }}
    QPushButton:checked, QToolButton:checked, QPushButton:default {{ background: {c("accent")};
        color: {c("on_accent")}; border-color: {c("accent")}; }}
    QPushButton:disabled, QToolButton:disabled {{ background: {c("faint")};
        color: {c("muted")}; border-color: {c("edge")}; }}
    QSpinBox, QDoubleSpinBox, QLineEdit, QPlainTextEdit {{ background: {c("card")};
        color: {c("ink")}; border: 1px solid {c("edge")}; border-radius: 5px; padding: 3px 6px; }}
    QSpinBox, QDoubleSpinBox {{ padding: 2px 6px 1px 6px; }}
    QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus,
    QPlainTextEdit:focus {{ border: 1.5px solid {c("accent")}; }}
    QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
    QDoubleSpinBox::down-button {{ width: 0; border: 0; }}
    QSlider {{ min-height: 22px; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {c("edge")}; }}
    QSlider::sub-page:horizontal {{ background: {c("accent")}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -7px 0; border-radius: 9px;
        background: {c("card")}; border: 2px solid {c("accent")}; }}
    QSlider::handle:horizontal:focus {{ background: {c("accent")}; }}
    QSpinBox:disabled, QDoubleSpinBox:disabled {{ background: {c("faint")};
        color: {c("muted")}; }}
    QCheckBox {{ spacing: 7px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QScrollBar:vertical {{ width: 9px; background: transparent; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {c("edge")}; border-radius: 4px;
        min-height: 30px; }}
    QScrollBar:horizontal {{ height: 9px; background: transparent; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {c("edge")}; border-radius: 4px;
        min-width: 30px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover {{ background: {c("edge")}; }}
    QStatusBar {{ background: {c("panel")}; border-top: 1px solid {c("edge")};
        color: {c("muted")}; }}
    QStatusBar::item {{ border: 0; }}
    """


def _tables(theme: Theme) -> str:
    """What lists things, or tells how far they have come."""

    def c(role: str) -> str:
        return theme[role]

    check = resources.path("icons", f"check-{theme.name}.svg").as_posix()
    return f"""
    QProgressBar {{ background: {c("faint")}; border: 1px solid {c("edge")};
        border-radius: 5px; }}
    QProgressBar::chunk {{ background: {c("accent")}; border-radius: 4px; }}
    QTreeView {{ background: {c("card")}; border: 1px solid {c("edge")}; border-radius: 6px;
        outline: 0; }}
    QTreeView::item {{ padding: 5px 4px; }}
    QTreeView::item:selected {{ background: {c("accent")}; color: {c("on_accent")}; }}
    QHeaderView::section {{ background: {c("faint")}; color: {c("muted")}; border: 0;
        border-bottom: 1px solid {c("edge")}; padding: 5px 8px; }}
    QListWidget {{ background: {c("card")}; border: 1px solid {c("edge")}; border-radius: 5px;
        padding: 4px; }}
    QCheckBox::indicator:unchecked, QListWidget::indicator:unchecked {{ width: 12px;
        height: 12px; border-radius: 3px;
        border: 1px solid {c("x_text")}; background: {c("card")}; }}
    QCheckBox::indicator:checked, QListWidget::indicator:checked {{ width: 12px;
        height: 12px; border-radius: 3px;
        border: 1px solid {c("accent")}; background: {c("accent")}; image: url("{check}"); }}
    QCheckBox::indicator:checked:disabled {{ border-color: {c("muted")};
        background: {c("muted")}; }}
    """


_TRIANGLE = ((0.28, 0.18), (0.84, 0.5), (0.28, 0.82))
_SHAPES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "play": (_TRIANGLE,),
    "pause": (
        ((0.24, 0.18), (0.42, 0.18), (0.42, 0.82), (0.24, 0.82)),
        ((0.58, 0.18), (0.76, 0.18), (0.76, 0.82), (0.58, 0.82)),
    ),
    "next": (
        ((0.22, 0.2), (0.62, 0.5), (0.22, 0.8)),
        ((0.66, 0.2), (0.78, 0.2), (0.78, 0.8), (0.66, 0.8)),
    ),
    "up": (((0.16, 0.7), (0.5, 0.24), (0.84, 0.7)),),
    "down": (((0.16, 0.3), (0.5, 0.76), (0.84, 0.3)),),
    "next-stage": (((0.34, 0.26), (0.7, 0.5), (0.34, 0.74)),),
    "last": (
        ((0.12, 0.2), (0.45, 0.5), (0.12, 0.8)),
        ((0.44, 0.2), (0.77, 0.5), (0.44, 0.8)),
        ((0.8, 0.2), (0.9, 0.2), (0.9, 0.8), (0.8, 0.8)),
    ),
}
_MIRRORED = {"previous": "next", "previous-stage": "next-stage", "first": "last"}


def mark(widget: QWidget, broken: bool) -> None:
    """Let a control look broken, or sound again."""
    if bool(widget.property("broken")) != broken:
        widget.setProperty("broken", broken)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


@lru_cache(maxsize=128)
def icon(name: str, color: str) -> QIcon:
    """A drawn icon: play, pause, next, previous, next-stage, previous-stage, first, last, plus,
    minus, fit, dice, loop, up, down, copy, remove.
    """
    result = QIcon()
    for size in (16, 32, 48):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size, size)
        _draw_icon(painter, name, QColor(color))
        painter.end()
        result.addPixmap(pixmap)
    return result


def _draw_icon(painter: QPainter, name: str, color: QColor) -> None:
    if name in _MIRRORED:
        painter.translate(1, 0)
        painter.scale(-1, 1)
        name = _MIRRORED[name]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for points in _SHAPES.get(name, ()):
        painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))
    painter.setPen(QPen(color, 0.11, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if name in ("plus", "minus"):
        painter.drawLine(QPointF(0.22, 0.5), QPointF(0.78, 0.5))
    if name == "plus":
        painter.drawLine(QPointF(0.5, 0.22), QPointF(0.5, 0.78))
    if name == "fit":
        painter.drawRect(QRectF(0.2, 0.26, 0.6, 0.48))
    if name == "copy":
        painter.drawRect(QRectF(0.16, 0.32, 0.48, 0.52))
        path = QPainterPath(QPointF(0.4, 0.16))
        path.lineTo(0.84, 0.16)
        path.lineTo(0.84, 0.66)
        painter.drawPath(path)
    if name == "remove":
        painter.drawLine(QPointF(0.24, 0.24), QPointF(0.76, 0.76))
        painter.drawLine(QPointF(0.76, 0.24), QPointF(0.24, 0.76))
    if name == "dice":
        painter.drawRoundedRect(QRectF(0.18, 0.18, 0.64, 0.64), 0.14, 0.14)
        painter.setBrush(color)
        painter.setPen(Qt.PenStyle.NoPen)
        for x, y in ((0.36, 0.36), (0.5, 0.5), (0.64, 0.64)):
            painter.drawEllipse(QPointF(x, y), 0.07, 0.07)
    if name == "loop":
        path = QPainterPath()
        path.arcMoveTo(QRectF(0.2, 0.2, 0.6, 0.6), 40)
        path.arcTo(QRectF(0.2, 0.2, 0.6, 0.6), 40, 290)
        painter.drawPath(path)
        painter.setBrush(color)
        painter.setPen(Qt.PenStyle.NoPen)
        tip = [QPointF(0.62, 0.1), QPointF(0.92, 0.34), QPointF(0.6, 0.46)]
        painter.drawPolygon(QPolygonF(tip))
