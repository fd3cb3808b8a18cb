"""The words of every variant: what they state is what was computed, and it fits."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmviz.engine import cell as reference
from lstmviz.engine.activations import ACTIVATIONS, function
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec, stages
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import GREFF, SWITCHES, Activation, Variant
from lstmviz.scene import moment as moments
from lstmviz.scene import words
from lstmviz.scene.equations import equations
from lstmviz.scene.frame import frame_shapes
from lstmviz.scene.heatlayout import layout
from lstmviz.scene.inspector import inspector_height, inspector_shapes
from lstmviz.scene.layout import cell_diagram
from lstmviz.scene.metrics import text_box
from lstmviz.scene.shapes import Box, Cells, Line, Text
from lstmviz.scene.symbols import sign

ACTIVATION = st.builds(Activation, st.sampled_from(sorted({*ACTIVATIONS} - {"exponential"})))
BOUND = st.none() | st.floats(0.05, 2)


@st.composite
def variants(draw):
    """Variants that do not contradict themselves."""
    absent = tuple(sorted(draw(st.sets(st.sampled_from(SWITCHES)))))
    return Variant(
        *(draw(ACTIVATION) for _ in range(3)),
        coupled=draw(st.booleans()) and set(absent) <= {"output_gate"},
        absent=absent,
        peephole=draw(st.booleans()),
        gate_recurrence=draw(st.booleans()),
        clip=draw(BOUND),
        cell_clip=draw(BOUND),
        projection_clip=draw(BOUND),
    )


def network_of(variant, hidden=4, head=False, seed=3):
    spec = NetworkSpec((CellSpec(3, hidden, 4, variant=variant),), (HeadSpec(3),) * head)
    return random_network(spec, seed, np.float64)


def trace_of(network):
    return run(network, np.random.default_rng(5).standard_normal((6, 3)))


def at(network, trace, **changes):
    limits = moments.limits(trace, 0, trace.steps)
    return moments.moment(network, trace, limits, **{"step": 4, "stage": "output", **changes})


def step_of(network, trace, step):
    layer, variant = trace.layers[0].forward, network.spec.layers[0].variant
    gates = np.concatenate([getattr(layer, name)[step - 1] for name in SWITCHES])
    return reference.step(
        network.cells[0]["forward"],
        trace.input[step],
        layer.hidden_state[step - 1],
        layer.cell_state[step - 1],
        variant,
        gates,
    )


def once(activation, x):
    return function(activation)(np.array([x]))[0]


def evaluate(text, variant):
    """The number that a piece of arithmetic on screen comes to; None for a name."""
    text = re.sub(r", ±([\d.e+]+)\)", r", \1)", text.replace(words.MINUS, "-"))
    names = {"clip": lambda x, bound: np.clip(x, -bound, bound)}
    known = {sign(a): a for a in (variant.gate, variant.candidate, variant.output)}
    for k, name in enumerate(sorted(known, key=len, reverse=True)):
        text = re.sub(rf"(?<![a-z] )(?<![a-z]){re.escape(name)}\(", f"F{k}(", text)
        names[f"F{k}"] = partial(once, known[name])
    text = text.replace("×", "*").replace("∞", "inf")
    if re.fullmatch(r"[a-z](_[a-z])?", text):
        return None
    return float(eval(text, {"__builtins__": {}}, names))


@settings(max_examples=150, deadline=None)
@given(variants(), st.sampled_from([4, 2]), st.integers(0, 3))
def test_stated_arithmetic_comes_to_the_traced_values(variant, hidden, unit):
    network = network_of(variant, hidden)
    trace = trace_of(network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "number", lambda value, *_: repr(value).replace("-", words.MINUS))
        for stage in stages(network.spec):
            if stage in ("gather", "project"):
                continue
            now = at(network, trace, stage=stage, focus=unit)
            _, formula, real = words.caption(now, network.spec)
            assert formula
            stated = real.removeprefix(f"unit {unit}:  ").split(",  ")
            for statement in (part for part in stated if "=" in part):
                sides = [evaluate(side, variant) for side in statement.split(" = ")]
                found = [side for side in sides if side is not None]
                np.testing.assert_allclose(found, found[-1], rtol=1e-3, atol=1e-9)
            expected = {"forget": "forgotten", "write": "cell_state", "output": "cell_output"}
            if stage in expected:
                value = getattr(step_of(network, trace, 4), expected[stage])[unit]
                np.testing.assert_allclose(found[-1], value, rtol=1e-9, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(variants(), st.integers(0, 3))
def test_sums_are_the_pre_activations_of_the_reference_step(variant, unit):
    network = network_of(variant)
    trace = trace_of(network)
    now, step = at(network, trace, focus=unit), step_of(network, trace, 4)
    assert set(now.sums) == {g for g in step.pre_activation if g not in variant.lacking}
    for gate, total in now.pre.items():
        np.testing.assert_allclose(total, step.pre_activation[gate][unit], rtol=1e-9, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(variants(), st.sampled_from([4, 2]))
def test_every_stage_lights_its_own_wires_and_makes_what_it_should(variant, hidden):
    network = network_of(variant, hidden, head=True)
    trace, diagram = trace_of(network), cell_diagram(network.spec)
    order = stages(network.spec)
    seen = set()
    for stage in order:
        now = at(network, trace, stage=stage)
        assert seen <= set(now.values)
        seen = set(now.values)
        shapes = frame_shapes(diagram, {0: now}, network.spec)
        lines = [shape.points for shape in shapes if isinstance(shape, Line)]
        assert sorted(lines) == sorted(w.points for w in diagram.wires if w.stage == stage)
        assert lines
        empty = {(s.box.x, s.box.y) for s in shapes if isinstance(s, Cells) and s.values is None}
        for card in diagram.cards:
            waits = card.stage is not None and order.index(card.stage) > order.index(stage)
            assert ((card.grid.x, card.grid.y) in empty) == waits, (stage, card.name)


@settings(max_examples=60, deadline=None)
@given(variants(), st.sampled_from([4, 2]))
def test_the_inspector_and_the_caption_fit(variant, hidden):
    network = network_of(variant, hidden)
    trace, diagram = trace_of(network), cell_diagram(network.spec)
    page = Box(0, 0, 226, inspector_height())
    for stage in stages(network.spec):
        now = at(network, trace, stage=stage, focus=3)
        for shape in inspector_shapes(now):
            if isinstance(shape, Text):
                box = text_box(shape)
                assert page.x <= box.x and box.right <= page.right and box.bottom <= page.bottom
        top = [s for s in frame_shapes(diagram, {0: now}, network.spec) if isinstance(s, Text)]
        assert all(text_box(text).right <= diagram.width for text in top)


def test_the_equations_of_known_variants():
    def lines(variant, hidden=4):
        return [text for _, text in equations(CellSpec(3, hidden, 4, variant=variant))]

    assert lines(Variant()) == [
        "i = σ(W_i [h; x] + b_i)",
        "f = σ(W_f [h; x] + b_f)",
        "g = tanh(W_g [h; x] + b_g)",
        "o = σ(W_o [h; x] + b_o)",
        "cₜ = f ⊙ cₜ₋₁ + i ⊙ g",
        "hₜ = o ⊙ tanh(cₜ)",
    ]
    assert lines(GREFF["CIFG"])[1] == "f = 1 − i"
    assert lines(GREFF["NIG"])[0] == "i = 1"
    assert lines(GREFF["NIG"])[4] == "cₜ = f ⊙ cₜ₋₁ + g"
    assert lines(GREFF["NFG"])[4] == "cₜ = cₜ₋₁ + i ⊙ g"
    assert lines(GREFF["NOG"])[5] == "hₜ = tanh(cₜ)"
    assert lines(GREFF["NIAF"])[2] == "g = W_g [h; x] + b_g"
    assert lines(GREFF["NOAF"])[5] == "hₜ = o ⊙ cₜ"
    fgr = lines(GREFF["FGR"])
    assert fgr[1] == "f = σ(W_f [h; x] + b_f + R_f [i; f; o]ₜ₋₁ + p_f ⊙ cₜ₋₁)"
    assert fgr[3] == "o = σ(W_o [h; x] + b_o + R_o [i; f; o]ₜ₋₁ + p_o ⊙ cₜ)"
    both = lines(replace(GREFF["CIFG"], gate_recurrence=True))
    assert both[0] == "i = σ(W_i [h; x] + b_i + R_i [i; o]ₜ₋₁ + p_i ⊙ cₜ₋₁)"
    clipped = lines(Variant(clip=5.0, cell_clip=3.0, projection_clip=0.5), hidden=2)
    assert clipped[0] == "i = σ(clip(W_i [h; x] + b_i, ±5))"
    assert clipped[4:7] == [
        "cₜ = clip(f ⊙ cₜ₋₁ + i ⊙ g, ±3)",
        "mₜ = o ⊙ tanh(cₜ)",
        "hₜ = clip(W_hr mₜ, ±0.5)",
    ]
    hard = lines(Variant(gate=Activation("hard_sigmoid", 0.25, 0.5)))
    assert hard[0] == "i = hard σ(W_i [h; x] + b_i; 0.25)"
    assert hard[-1] == "hard σ(x; 0.25) = max(0, min(1, 0.25x + 0.5))"


def test_without_a_forget_gate_there_is_no_stage_of_forgetting():
    assert "forget" not in stages(network_of(GREFF["NFG"]).spec)
    assert "forget" in stages(network_of(GREFF["CIFG"]).spec)


def test_an_output_gate_with_a_peephole_is_made_after_the_cell_state():
    network = network_of(GREFF["FGR"])
    trace = trace_of(network)
    assert "output_gate" not in at(network, trace, stage="write").values
    assert "output_gate" in at(network, trace, stage="output").values


def test_values_without_bounds_are_told_without_a_warning():
    steep = Variant(Activation("exponential"), Activation("exponential"), Activation("linear"))
    network = network_of(steep)
    trace = run(network, np.full((6, 3), 400.0))
    for stage in stages(network.spec):
        now = at(network, trace, stage=stage)
        assert frame_shapes(cell_diagram(network.spec), {0: now}, network.spec)
        assert inspector_shapes(now)


def test_heatmaps_tell_of_gates_without_weights_of_their_own():
    def notes(name):
        cell = CellSpec(3, 4, 4, variant=GREFF[name])
        panels = layout(1300, 560, cell, 20).panels
        return {panel.array: panel.notes for panel in panels if panel.notes}

    assert notes("NIG") == {"input_gate": ("held at 1",)}
    assert notes("CIFG") == {"forget_gate": ("f = 1 − i",)}
    assert notes("NP") == {}


def test_activations_that_differ_look_different():
    given = [Activation("elu"), Activation("elu", 0.5), Activation("elu", 0.7)]
    given += [Activation("hard_sigmoid", a, b) for a, b in ((0.2, 0.5), (1 / 6, 0.5), (0.2, 0.4))]
    assert [sign(each) for each in given] == [
        *("elu", "elu 0.5", "elu 0.7", "hard σ", "hard σ 0.1667", "hard σ β 0.4")
    ]
    assert sign(Activation("elu", 1.0)) == "elu"


@pytest.mark.parametrize(("size", "said"), [(1, "y₀ = "), (3, "largest: y")])
def test_of_one_output_none_is_the_largest(size, said):
    spec = NetworkSpec((CellSpec(2, 3, 3),), (HeadSpec(size),))
    network = random_network(spec, seed=0)
    trace = run(network, np.ones((2, 2), np.float32))
    found = moments.moment(network, trace, moments.limits(trace, 0, 2), step=1, stage="head")
    assert words.caption(found, spec)[2].startswith(said)
