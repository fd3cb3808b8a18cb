"""Untrained networks of any shape by options."""

import json

import numpy as np
import pytest

from lstmviz.cli import main
from lstmviz.cli.arguments import parse
from lstmviz.cli.source import looked_at, session
from lstmviz.engine.spec import HeadSpec
from lstmviz.engine.variant import GREFF, PEEPHOLE, STANDARD, Activation, Variant
from lstmviz.session import Document, Layer, Session, Untrained, save_session

BOTH = ("forward", "backward")


def network(line):
    return session(parse(line.split())[1]).document.network


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--layers 3", Untrained(layers=(Layer(),) * 3)),
        ("--sizes 5,3,4,7,7", Untrained(5, (Layer(3, 4), Layer(7, 7)))),
        ("--sizes auto,3,4 --layers 2", Untrained(None, (Layer(3, 4),) * 2)),
        ("--variant CIFG", Untrained(layers=(Layer(variant=GREFF["CIFG"]),))),
        (
            "--layers 2 --variant standard,V",
            Untrained(layers=(Layer(variant=STANDARD), Layer(variant=PEEPHOLE))),
        ),
        (
            "--variant NIG+no-peepholes+gates=hard_sigmoid:0.2:0.5+clip=3+h-clip=1",
            Untrained(
                layers=(
                    Layer(
                        variant=Variant(
                            Activation("hard_sigmoid", 0.2, 0.5),
                            absent=("input_gate",),
                            clip=3,
                            projection_clip=1,
                        )
                    ),
                )
            ),
        ),
        (
            "--layers 2 --direction both:sum,backward --no-return-sequences",
            Untrained(
                layers=(
                    Layer(directions=BOTH, merge="sum"),
                    Layer(directions=("backward",), return_sequences=False),
                )
            ),
        ),
        (
            "--head 8:relu --head 2:sigmoid:last --embedding 6",
            Untrained(
                heads=(HeadSpec(8, "relu"), HeadSpec(2, "sigmoid", last_step=True)), embedding=6
            ),
        ),
        ("--forget-bias -1.5", Untrained(forget_bias=-1.5)),
        ("--chrono 50", Untrained(chrono=50)),
    ],
)
def test_options_make_networks(line, expected):
    assert network(line) == expected


def test_options_change_the_layers_of_a_session(tmp_path):
    path = tmp_path / "s.lstmviz"
    layers = (Layer(3, 3), Layer(4, 4, variant=PEEPHOLE, return_sequences=False))
    save_session(Session(Document(Untrained(2, layers, forget_bias=1.0))), path)
    assert network(f"{path} --seed 3 --chrono 9") == Untrained(2, layers, seed=3, chrono=9)
    assert network(f"{path} --layers 1").layers == layers[:1]
    grown = network(f"{path} --layers 3").layers
    assert grown == (*layers, Layer(4, 4, variant=PEEPHOLE))
    assert network(f"{path} --variant standard --sizes 2,5,5").layers == (
        Layer(5, 5),
        Layer(5, 5, return_sequences=False),
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--sizes 5,3,4,5", "is not three sizes I,H,C"),
        ("--layers 17", "'17' is not layers, a whole number from 1 to 16"),
        ("--sizes 5,3,4,3,4 --layers 3", "--sizes is for 2 layers, but there are 3"),
        ("--layers 3 --variant CIFG,NIG", "--variant is for 2 layers, but there are 3"),
        ("--variant XYZ", "variant 'XYZ' is unknown; known are standard"),
        ("--variant NIG+fast", "'fast' is no detail of a variant; there are peepholes"),
        ("--variant V+clip=0", "clip is 0.0; make it a number above 0"),
        ("--variant V+clip=x", "'x' is not a finite number"),
        ("--variant V+gates=sigmoyd", "activation 'sigmoyd' is unknown"),
        ("--variant V+gates=sigmoid:1", "gives sigmoid 1 numbers, but it takes none"),
        ("--direction up", "'up' is not one of forward"),
        ("--direction forward:sum", "'forward:sum' is not one of forward"),
        ("--direction both:xor", "'xor' is not one of concat"),
        ("--head 5:relu:first", "'first' is not last"),
        ("--forget-bias nan", "'nan' is not a finite number"),
        ("--forget-bias 1 --chrono 9", "forget_bias and chrono both set the forget bias"),
        ("--chrono 2", "'2' is not a number of steps"),
        ("--variant coupled", "variant 'coupled' is unknown"),
        ("--variant V+coupled+no-input-gate", "f = 1 − i needs both gates"),
        ("demo:counter --forget-bias 1", "--forget-bias is for an untrained network"),
        ("demo:counter --no-return-sequences", "--return-sequences is for an untrained"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_code_2(capsys, tmp_path, line, says):
    assert main(["trace", *line.split(), "--out", str(tmp_path / "t.npz")]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert says in captured.err
    assert list(tmp_path.iterdir()) == []


STACK = (
    "--sizes 3,4,6,5,5 --variant CIFG+clip=2,standard --direction both:ave,backward "
    "--head 7:relu --head 2:softmax:last --forget-bias 1"
)


def test_info_tells_layers_truly(capsys):
    assert main(["info", *STACK.split(), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    low, high = facts["layers"]
    assert (low["direction"], low["merge"], low["output_size"]) == ("bidirectional", "ave", 4)
    assert (high["direction"], high["merge"], high["input_size"]) == ("backward", None, 4)
    assert low["variant"] == "CIFG, clip 2"
    assert low["departures"] == {"coupled": True, "peephole": True, "clip": 2.0}
    assert high["departures"] == {} and high["return_sequences"]
    matrices = {row["name"]: row for row in low["matrices"]}
    assert matrices["W_hi"] == {"name": "W_hi", "shape": [6, 4], "parameters": 24}
    assert "W_hf" not in matrices and matrices["p_o"]["shape"] == [6]
    # by hand: i, g, o each 6 × (4 + 3 + 1), peepholes of i and o, W_hr, and both directions
    below = 2 * (3 * 6 * 8 + 2 * 6 + 4 * 6)
    above = 4 * 5 * (5 + 4 + 1)
    heads = 7 * (5 + 1) + 2 * (7 + 1)
    assert facts["parameters"]["one_bias"] == below + above + heads
    assert facts["parameters"]["two_biases"] == below + above + heads + 2 * 3 * 6 + 4 * 5
    assert facts["heads"][1]["last_step"] and not facts["heads"][0]["last_step"]
    assert facts["weights"] == {"seed": 0, "forget_bias": 1.0, "chrono": None}


def test_info_in_words_tells_the_same(capsys):
    assert main(["info", *STACK.split()]) == 0
    text = capsys.readouterr().out
    for words in (
        "random, seed 0, forget bias 1",
        "bidirectional: cell 6, hidden 4, projected, CIFG, clip 2, directions merged by ave",
        "head        7, relu, time-distributed",
        "head        2, softmax, the last step only",
    ):
        assert words in text


def test_a_trace_of_a_stack_has_every_direction(tmp_path):
    out = tmp_path / "t.npz"
    assert main(["trace", *STACK.split(), "--generate", "sine:9", "--out", str(out)]) == 0
    with np.load(out) as arrays:
        assert arrays["layer0.backward.cell_state"].shape == (9, 6)
        assert arrays["layer1.backward.hidden_state"].shape == (9, 5)
        assert "layer1.forward.cell_state" not in arrays and arrays["output"].shape == (9, 2)


def test_export_looks_at_the_layer_asked_for():
    def view(line):
        parsed = parse(["export", *STACK.split(), "--out", "a.svg", *line.split()])[1]
        return looked_at(parsed, session(parsed)).view

    assert (view("").layer, view("").direction, view("").stage) == (0, "forward", "project")
    low = view("--layer 0:backward")
    assert (low.layer, low.direction, low.stage) == (0, "backward", "project")
    assert (view("--layer 1").direction, view("--layer 1").stage) == ("backward", "head")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--layer 2", "there is no layer 2; the last is 1"),
        ("--layer 1:forward", "layer 1 does not run forward, only backward"),
        ("--layer x", "'x' is not a layer"),
        ("--layer 1:up", "'up' is neither forward nor backward"),
    ],
)
def test_a_layer_that_is_not_there(capsys, tmp_path, line, says):
    out = str(tmp_path / "a.svg")
    assert main(["export", *STACK.split(), "--out", out, *line.split()]) == 2
    assert says in capsys.readouterr().err
