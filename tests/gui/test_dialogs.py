"""Dialogs have room for what they say, at any scale: nothing is cut, nothing overlaps."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLabel, QLineEdit, QPushButton
from windows import settle

from lstmviz.gui.changedialog import ChangeDialog, Start
from lstmviz.gui.export_dialog import ExportDialog
from lstmviz.gui.fields import decimal_box, number_box
from lstmviz.gui.help import SHORTCUTS, ShortcutSheet
from lstmviz.gui.lstmdialog import NUMBERS, LstmDialog
from lstmviz.gui.parts import Elided, shorter
from lstmviz.gui.reading import ReadingDialog
from lstmviz.gui.textdialog import TextDialog
from lstmviz.inputs.choices import choices
from lstmviz.models.choose import Found
from lstmviz.session import Document, FileInput, TextInput, Trained

COUNTER = Document(Trained("demo:counter"))


@pytest.fixture
def shown(opened, qtbot):
    """Show a dialog over a window of the counter."""
    window = opened(COUNTER)
    dialogs = []

    def show(make):
        dialogs.append(make(window))
        dialogs[-1].show()
        settle(qtbot, window)
        return dialogs[-1]

    yield show
    for dialog in dialogs:
        dialog.close()
        dialog.deleteLater()


@pytest.mark.parametrize("make", [number_box, decimal_box])
def test_a_number_does_not_touch_the_sides_of_its_box(qtbot, make):
    box = make()
    qtbot.addWidget(box)
    margins = box.lineEdit().textMargins()
    assert min(margins.left(), margins.right()) >= 4


def test_every_number_of_the_window_has_that_room(opened):
    window = opened(COUNTER)
    for box in window.findChildren(QAbstractSpinBox):
        assert box.findChild(QLineEdit).textMargins().left() >= 4, box.accessibleName()


def test_numbers_of_lstms_stand_under_their_titles_and_names_are_whole(shown):
    name = "speaker_encoder_with_a_rather_long_name"
    found = [Found(each, 2, ("forward",), (10, 24, 24)) for each in ("encoder", name)]
    table = shown(lambda window: LstmDialog(tuple(found), window)).table
    for column in NUMBERS:
        aligned = table.headerItem().textAlignment(column)
        assert aligned & Qt.AlignmentFlag.AlignRight.value
    assert table.columnWidth(0) > table.fontMetrics().horizontalAdvance(name)


def test_a_note_above_the_columns_takes_nothing_of_their_room(shown, tmp_path):
    path = tmp_path / "weather.csv"
    path.write_text("date,station,temperature,humidity\nmon,EDDF,1,10\ntue,EDDF,2,30\n")
    recipe = FileInput(str(path))
    dialog = shown(lambda window: ReadingDialog(recipe, choices(recipe.path, 1), 1, window))
    assert dialog.list.geometry().bottom() < dialog.scaling.geometry().top()


def test_what_a_change_means_stands_right_below_it(shown):
    dialog = shown(
        lambda window: ChangeDialog(Start(window.store.run, window.store.view), "", window)
    )
    assert dialog.told.alignment() & Qt.AlignmentFlag.AlignTop
    assert 0 < dialog.told.geometry().top() - dialog.line.geometry().bottom() < 20


def test_headings_of_the_sheet_stand_apart(shown):
    sheet = shown(ShortcutSheet)
    heads = [label for label in sheet.findChildren(QLabel) if label.objectName() == "heading"]
    assert [label.text() for label in heads] == [keys for keys, what in SHORTCUTS if not what]
    assert all(label.contentsMargins().top() > 4 for label in heads[1:])


def test_copying_says_what_was_copied(opened, qtbot):
    window = opened(COUNTER)
    window.menus.copy_figure()
    assert window.pointed.text().startswith("The diagram is on the clipboard")
    window.store.look(diagram="saturation")
    settle(qtbot, window)
    window.menus.copy_figure()
    assert window.pointed.text().startswith("The page “Saturated gates” is on the clipboard")
    assert QGuiApplication.clipboard().mimeData().hasImage()


def test_a_summary_without_room_counts_layers_and_drops_its_name_before_it_is_cut():
    line = "stack.keras   ·   1 → LSTM 20 → LSTM 20 → Dense 10 linear"
    assert shorter(line) == (
        "stack.keras   ·   1 → 2 × LSTM 20 → Dense 10 linear",
        "1 → LSTM 20 → LSTM 20 → Dense 10 linear",
        "1 → 2 × LSTM 20 → Dense 10 linear",
    )


def test_one_of_the_shorter_lines_is_painted(qtbot):
    line, less = "a line that is long", "short"
    label = Elided()
    qtbot.addWidget(label)
    label.say(line, less)
    label.resize(label.fontMetrics().horizontalAdvance(less) + 4, 20)
    painted = label.grab().toImage()
    label.say(less)
    assert label.grab().toImage() == painted


def test_a_text_is_asked_for_with_the_keys_alone(opened, qtbot):
    window = opened(COUNTER)
    found = []

    def answer():
        dialog = QApplication.activeModalWidget()
        if not (isinstance(dialog, TextDialog) and dialog.isActiveWindow()):
            QTimer.singleShot(10, answer)
            return
        found.append(dialog.text)
        qtbot.keyClick(dialog.field, Qt.Key.Key_Delete)  # all of it is marked
        found.append(dialog.ok.isEnabled())
        qtbot.keyClicks(dialog.field, "#ab#")
        qtbot.keyClick(dialog.field, Qt.Key.Key_Tab)
        found.append(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
        QTimer.singleShot(500, dialog.reject)

    QTimer.singleShot(0, answer)
    window.others.choose("text")
    settle(qtbot, window)
    assert found[0].startswith("#aaaaabbbbb#") and found[1] is False
    assert isinstance(found[2], QPushButton)
    assert window.store.document.other.input == TextInput("#ab#")
    assert window.store.view.diagram == "compare"


def test_the_export_dialog_calls_the_question_by_its_name(opened, qtbot):
    window = opened(COUNTER, diagram="saturation")
    found = []

    def answer():
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ExportDialog):
            QTimer.singleShot(10, answer)
            return
        found.extend(dialog.what.itemText(k) for k in range(dialog.what.count()))
        dialog.reject()

    QTimer.singleShot(0, answer)
    window.menus.open_export()
    assert found[:2] == ["The page “Saturated gates”", "Heatmaps"]
