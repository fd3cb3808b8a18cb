"""The gallery of demos, and the card of the one that is open."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from windows import settle

from lstmviz.gui.gallery import Gallery
from lstmviz.models import DEMOS, demo_card
from lstmviz.session import Document, Trained, one_layer


def all_there(label):
    """Whether a label has room for all of its words."""
    return label.height() >= label.heightForWidth(label.width())


def test_it_shows_every_demo_whole(qtbot):
    gallery = Gallery("demo:counter")
    qtbot.addWidget(gallery)
    gallery.show()
    assert tuple(gallery.rows) == DEMOS
    for name, row in gallery.rows.items():
        notes, labels = demo_card(name).notes, row.findChildren(QLabel)
        assert {notes["about"], notes["quality"]} <= {label.text() for label in labels}
        assert all(all_there(label) for label in labels if label.wordWrap())
    assert [
        name
        for name, row in gallery.rows.items()
        if any("open now" in label.text() for label in row.findChildren(QLabel))
    ] == ["counter"]


def test_a_click_opens_one(qtbot, monkeypatch, opened):
    window = opened(Document())

    def pick(gallery):
        gallery.show()
        qtbot.mouseClick(gallery.rows["echo"].button, Qt.MouseButton.LeftButton)

    monkeypatch.setattr(Gallery, "exec", pick)
    window.menus.open_gallery()
    settle(qtbot, window)
    assert window.store.document.network == Trained("demo:echo")
    assert window.store.run.sequence.title.startswith("bits")
    assert "8 bits at once" in window.left.card.words()


def test_cancelling_leaves_what_is_open(qtbot, monkeypatch, opened):
    window = opened(Document())
    before = window.store.document
    monkeypatch.setattr(Gallery, "exec", lambda gallery: gallery.reject())
    window.menus.open_gallery()
    assert window.store.document == before


@pytest.mark.parametrize("name", DEMOS)
def test_the_card_is_not_cut_folded_or_unfolded(qtbot, opened, name):
    window = opened(Document(Trained(f"demo:{name}")))
    card, notes = window.left.card, demo_card(name).notes
    assert notes["about"] in card.words() and notes["units"] in card.words()
    assert not card.more.isVisible()
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert card.more.isVisible()
    for label in (card.title, card.about, card.quality, card.more):
        qtbot.waitUntil(lambda label=label: all_there(label))
    assert notes["example"] not in card.words()


def test_an_untrained_network_says_so(qtbot, opened):
    window = opened(Document(one_layer(3, 4, 4)))
    assert window.left.card.words() == "Untrained: random weights"
    assert not window.left.card.button.isVisible()


def test_a_weight_that_is_not_finite_is_told_unfolded(opened, tmp_path):
    weights = {
        "weight_ih_l0": np.ones((8, 3), np.float32),
        "weight_hh_l0": np.ones((8, 2), np.float32),
    }
    weights["weight_ih_l0"][5, 1] = np.nan
    np.savez(tmp_path / "sick.npz", **weights)
    card = opened(Document(Trained(str(tmp_path / "sick.npz")))).left.card
    assert card.quality.isVisible()
    assert card.quality.text() == "Not finite: weight_ih_l0 has one such weight, at [5, 1]."
