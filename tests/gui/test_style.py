"""What the style sheet makes of controls."""

import pytest
from PySide6.QtWidgets import QPushButton

from lstmviz.gui import style
from lstmviz.scene.colors import DARK, LIGHT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_default_button_that_cannot_be_pressed_looks_so(qtbot, qapp, theme):
    style.apply(qapp, theme)
    button = QPushButton("Open")
    qtbot.addWidget(button)
    button.setDefault(True)
    button.setEnabled(False)
    button.resize(120, 32)
    assert button.grab().toImage().pixelColor(12, 16).name() == theme["faint"].lower()
    button.setEnabled(True)
    assert button.grab().toImage().pixelColor(12, 16).name() == theme["accent"].lower()
