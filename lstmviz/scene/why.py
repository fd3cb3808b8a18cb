"""From a run and a view to the inspector's page: one number taken apart, or a unit as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lstmviz.errors import LstmvizError
from lstmviz.scene.addends import MOST, Source
from lstmviz.scene.address import Address, address_of, of_cell
from lstmviz.scene.chainpage import chain_page, leads
from lstmviz.scene.inspector import READING, WIDTH, overview
from lstmviz.scene.page import Page
from lstmviz.scene.picture import fitted, moments_of
from lstmviz.scene.run import Run
from lstmviz.session import View

if TYPE_CHECKING:
    from lstmviz.scene.chain import Chain

FIGURE = 460.0
"""Width of a figure where none is asked for, in logical pixels."""


def asked(run: Run, view: View) -> Address | None:
    """The number that a view asks for of a run; None where it asks for none that is there."""
    if run.spec is None or run.trace is None:
        return None
    return address_of(fitted(view, run.spec), run.spec, run.done)


def chain_of(run: Run, view: View, most: int = MOST) -> Chain | None:
    """The chain of the number that a view asks for; None where it asks for none that is there."""
    question = asked(run, view)
    if question is None or run.network is None or run.trace is None or run.sequence is None:
        return None
    unit = view.unit
    if of_cell(run.network.spec.layers[question.layer], question.array):
        unit = question.element
    now = moments_of(run, replace(view, diagram="cell", unit=unit, hover=None)).get(0)
    if now is None:
        return None
    from lstmviz.scene.chain import chain  # late: the window opens without

    return chain(Source(run.network, run.trace, run.sequence), question, now, most)


def figure(run: Run, view: View, width: float = FIGURE) -> Page:
    """The chain as a figure of its own: what the view asks for, else a gate of its unit.

    Nothing in it is there to be clicked.

    Raises `LstmvizError` where the number that is asked for is not there.
    """
    assert run.spec is not None
    view = replace(fitted(view, run.spec), hover=None)
    if view.asked is None:
        lacking = run.spec.layers[view.layer].variant.lacking
        gate = next(name for name in (*READING, "candidate") if name not in lacking)
        view = replace(view, asked=gate, unit=view.unit or 0)
    found = chain_of(run, view)
    if found is None:
        raise LstmvizError(
            f"there is no {view.asked} {view.element} at step {view.step} of layer {view.layer}; "
            "ask for a number that is there."
        )
    whole = chain_page(found, width)
    bands = tuple(
        replace(band, shapes=tuple(shape for shape in band.shapes if not leads(shape)))
        for band in whole.bands
    )
    return replace(whole, bands=bands)


def page(
    run: Run,
    view: View,
    width: float = WIDTH,
    most: int = MOST,
    nothing: str = "Nothing is computed yet.",
) -> Page:
    """What the inspector shows: the chain that is asked for, else the unit as a whole.

    Without a run it says `nothing`.
    """
    found = chain_of(run, view, most)
    if found is not None:
        return chain_page(found, width)
    now = moments_of(run, replace(view, diagram="cell")).get(0)
    place = Address("cell_state", view.step, 0, view.layer, view.direction)
    return overview(now, place, width, nothing)
