"""Where a text is typed a symbol at a time: the end of it, and what waits to become a symbol."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from lstmviz import paint
from lstmviz.gui.diagram import BY_KEYS
from lstmviz.scene.colors import Theme

SIZE = 13
BLINK = 530
"""Milliseconds that the caret is on, and off."""
TAIL = 400
"""Characters of the text that are looked at for painting."""
EMPTY = "Click here and type"


class TypeField(QWidget):
    """Reports keys; shows what it is given.

    `keyed` carries a character or a pasted text, `erased` one symbol less, `taken` the first
    suggestion; `entered` says that the keys have come here.
    """

    keyed = Signal(str)
    erased = Signal()
    taken = Signal()
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAccessibleName("Type to the network")
        self.setToolTip(
            "Every key is a step at the end of the text; Backspace takes the last away, Tab takes "
            "the first suggestion (where Tab led here, from the first key on), Shift+Tab or Escape "
            "leaves"
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.takes_tab = False
        self._passing = False  # Tab led here, and no key has been typed since
        self._text = self._pending = self._fault = ""
        self._bad = QColor()
        self._caret = False
        self._blink = QTimer(self, interval=BLINK)
        self._blink.timeout.connect(self._turn)

    def sizeHint(self) -> QSize:
        """A line."""
        return QSize(220, 28)

    def set_theme(self, theme: Theme) -> None:
        """Faults in this theme's colour from now on."""
        self._bad = QColor(theme["bad"])

    def show_text(self, text: str, pending: str, fault: str) -> None:
        """Show the end of a text as it is written on one line, what waits, and what is wrong."""
        if (text, pending, fault) != (self._text, self._pending, self._fault):
            self._text, self._pending, self._fault = text, pending, fault
            self._caret = True
            self.update()

    def event(self, event: QEvent) -> bool:
        """Keep the keys that are shortcuts elsewhere, and Tab, for typing."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and _types(event):
                event.accept()
                return True
            tab = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab
            if tab and self.takes_tab and not self._passing and not event.modifiers():
                self.taken.emit()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key as a character, or one symbol less."""
        key = event.key()
        self._passing = False
        if event.matches(QKeySequence.StandardKey.Paste):
            pasted = QApplication.clipboard().text().replace("\r\n", "\n")
            if pasted:
                self.keyed.emit(pasted)
        elif key == Qt.Key.Key_Backspace:
            self.erased.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keyed.emit("\n")
        elif _types(event):
            self.keyed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """What an input method has put together."""
        if event.commitString():
            self.keyed.emit(event.commitString())
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the caret."""
        self._caret = True
        self._passing = event.reason() in BY_KEYS
        self._blink.start()
        self.entered.emit()
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the caret."""
        self._blink.stop()
        self._caret = False
        self.update()
        super().focusOutEvent(event)

    def _turn(self) -> None:
        self._caret = not self._caret
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, the end of the text that has room, and the caret."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, box = self.palette(), QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        edge = QPalette.ColorRole.Highlight if self.hasFocus() else QPalette.ColorRole.Mid
        painter.setPen(QPen(palette.color(edge), 1.5 if self.hasFocus() else 1.0))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(paint.font(SIZE, mono=True))
        inner = box.adjusted(9, 0, -9, 0)
        if self._fault:
            inner = self._paint_fault(painter, inner)
        painter.setClipRect(inner.adjusted(-1, 0, 3, 0))
        metrics = painter.fontMetrics()
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        if not (self._text or self._pending or self.hasFocus()):
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(inner, line, EMPTY)
        parts = ((self._text[-TAIL:], "ink"), (self._pending, "pending"))
        widths = [metrics.horizontalAdvance(words) for words, _ in parts]
        x = inner.left() + min(0.0, inner.width() - sum(widths) - 2)
        for (words, kind), width in zip(parts, widths, strict=True):
            role = QPalette.ColorRole.Text if kind == "ink" else QPalette.ColorRole.Link
            painter.setPen(palette.color(role))
            painter.drawText(QRectF(x, inner.y(), width + 4, inner.height()), line, words)
            x += width
        if self._caret and self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1.6))
            middle, half = inner.center().y(), metrics.height() / 2
            painter.drawLine(QPointF(x + 1, middle - half), QPointF(x + 1, middle + half))
        painter.end()

    def _paint_fault(self, painter: QPainter, inner: QRectF) -> QRectF:
        """What is wrong, at the right in two thirds of the room at most; the room that is left."""
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.save()
        painter.setFont(paint.font(11))
        painter.setPen(self._bad)
        metrics = painter.fontMetrics()
        most = int(inner.width() * 0.67)
        words = metrics.elidedText(self._fault, Qt.TextElideMode.ElideRight, most)
        painter.drawText(inner, line, words)
        painter.restore()
        return inner.adjusted(0, 0, -metrics.horizontalAdvance(words) - 10, 0)


def _types(event: QKeyEvent) -> bool:
    """Whether a key writes a character."""
    modifiers = event.modifiers()
    keys = Qt.KeyboardModifier
    control = bool(modifiers & (keys.ControlModifier | keys.MetaModifier))
    alternate = bool(modifiers & keys.AltModifier)
    writes = bool(event.text()) and event.text().isprintable()
    return writes and control == alternate  # both together are AltGr on some keyboards
