"""A few whole pictures against ones that were looked at and found good.

After a wanted change make them anew with tools/approve_pictures.py, and look at them.
"""

import pytest
from approved import FOLDER, MEAN, PICTURES, SHARE, distance
from rendering import png_pixels

from lstmviz.export.figure import export_session


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was_approved(name, qapp, tmp_path):
    what, session = PICTURES[name]
    out = export_session(session, tmp_path / "picture.png", view=what)
    ours = png_pixels(out.read_bytes())
    theirs = png_pixels((FOLDER / f"{name}.png").read_bytes())
    assert ours.shape == theirs.shape
    mean, share = distance(ours, theirs)
    assert mean <= MEAN and share <= SHARE, f"{name}: mean {mean:.2f}, share {share:.4f}"


def test_a_missing_wire_would_be_noticed():
    theirs = png_pixels((FOLDER / "counter-diagram-light.png").read_bytes())
    ours = theirs.copy()
    ours[115:130, 640:800] = ours[100, 640]
    assert distance(ours, theirs)[1] > SHARE
