"""ONNX files that attack their reader: name → (bytes, suffix, what the refusal says).

Where None stands for the sentence, the attack does nothing and the file opens.
"""

import itertools

import numpy as np
from onnxbytes import (
    attribute,
    block,
    graph,
    lstm,
    model,
    node,
    small,
    tensor,
    varint,
    weights,
    whole,
)

W = weights()["W"]


def external(path, **more):
    """W in another file."""
    entry = block(13, block(1, "location") + block(2, path))
    return small(tensors={"W": tensor("W", shape=W.shape, more=entry + whole(14, 1), **more)})


def behind(*nodes, tensors=None):
    """W made by nodes from a constant V."""
    given = {"W": None, "V": tensor("V", W)} | (tensors or {})
    return small(nodes, tensors=given)


def doubled(times):
    """W out of a constant put beside itself again and again."""
    names = ["V", *(f"v{k}" for k in range(times - 1)), "W"]
    pairs = itertools.pairwise(names)
    return behind(*(node("Concat", [a, a], [b], axis=2) for a, b in pairs))


def long_way(times):
    """W behind many operators."""
    names = ["V", *(f"v{k}" for k in range(times - 1)), "W"]
    pairs = itertools.pairwise(names)
    return behind(*(node("Identity", [a], [b]) for a, b in pairs))


def bodies(depth):
    """Graphs in graphs in graphs."""
    inner = graph([lstm()], [tensor(name, values) for name, values in weights().items()])
    for _ in range(depth):
        inner = graph([node("If", ["yes"], ["Y"], then_branch=(inner,))])
    return model(inner)


def looped():
    """An LSTM that feeds itself, and constants that make each other."""
    turn = [node("Identity", ["a"], ["b"]), node("Identity", ["b"], ["a"])]
    return small(turn, lstm_node=lstm(("Y", "a", "R", "B")))


def many_lstms(count):
    """LSTMs that share their weights and feed each other all over."""
    nodes = [lstm((f"y{k}", "V", "R", "B"), (f"y{k + 1}",)) for k in range(count)]
    tensors = [tensor(name, values) for name, values in weights(width=2).items()]
    return model(graph(nodes, [*tensors, tensor("V", weights(width=2)["W"])], ["y0"]))


def multiplied():
    """Operators before 190 LSTMs that make 1.3 million numbers of five, and take one again."""
    rows = {"W": W[:, :, :1], "R": np.zeros((1, 8, 2)), "zero": np.zeros((8, 8), int)}
    rows |= {"first": np.array([0]), "next": np.array([1]), "columns": np.array([2])}
    names = ["X", *(f"g{k}" for k in range(5))]
    nodes = [node("Gather", [a, "zero"], [b], axis=2) for a, b in itertools.pairwise(names)]
    nodes.append(node("Slice", [names[-1], "first", "next", "columns"], ["S"]))
    nodes += [lstm(("S", "W", "R"), (f"Y{k}",)) for k in range(190)]
    return model(graph(nodes, [tensor(name, values) for name, values in rows.items()]))


def wide():
    """A model of many nodes that all lead nowhere."""
    nodes = [node("Identity", ["Y"], [f"n{k}"]) for k in range(5000)]
    tensors = [tensor(name, values) for name, values in weights().items()]
    return model(graph([lstm(), *nodes], tensors))


SMALL_INDICES = np.zeros(2**18, np.int64)
DAMAGED = "damaged|not an ONNX"

SMALL = {
    "data outside": (external("../../../etc/passwd"), ".onnx", "in another file"),
    "data at a path": (external("/etc/passwd"), ".onnx", "in another file"),
    "data beside, and here": (external("canary", raw=W.tobytes()), ".onnx", "in another file"),
    "no values": (small(tensors={"W": tensor("W", shape=W.shape)}), ".onnx", "that many values"),
    "2^60 values": (
        small(tensors={"W": tensor("W", shape=(1, 2**58, 4), raw=b"")}),
        ".onnx",
        "impossible shape",
    ),
    "below none": (
        small(tensors={"W": tensor("W", shape=(1, -8, 3), raw=W.tobytes())}),
        ".onnx",
        "impossible shape",
    ),
    "60 dimensions": (
        small(tensors={"W": tensor("W", shape=(1,) * 60, raw=b"1234")}),
        ".onnx",
        "impossible shape",
    ),
    "texts": (
        small(tensors={"W": tensor("W", shape=W.shape, kind=8, more=block(6, "x"))}),
        ".onnx",
        "type 8",
    ),
    "whole numbers": (small(tensors={"W": tensor("W", W.astype(int))}), ".onnx", "W of int64"),
    "two dimensions": (small(tensors={"W": tensor("W", W[0])}), ".onnx", "W has shape"),
    "torch's projection": (
        small(tensors={"R": tensor("R", np.zeros((1, 8, 3)))}),
        ".onnx",
        "LSTM 'lstm' is not valid: R has shape .1, 8, 3.",
    ),
    "hidden_size of 2^62": (small(lstm_node=lstm(hidden_size=2**62)), ".onnx", "ask for"),
    "hidden_size of -1": (small(lstm_node=lstm(hidden_size=-1)), ".onnx", "ask for"),
    "computed weights": (
        small(tensors={"W": None}, nodes=[node("Sin", ["X"], ["W"])]),
        ".onnx",
        "not a constant",
    ),
    "no weights": (small(lstm_node=lstm(("X",))), ".onnx", "not a constant"),
    "unknown activation": (
        small(lstm_node=lstm(activations=["os.system", "Tanh", "Tanh"])),
        ".onnx",
        "'os.system'",
    ),
    "too few activations": (small(lstm_node=lstm(activations=["Tanh"])), ".onnx", "1 activations"),
    "activations of numbers": (
        small(lstm_node=lstm(activations=[1, 2, 3])),
        ".onnx",
        "activations",
    ),
    "unknown direction": (small(lstm_node=lstm(direction="up")), ".onnx", "direction 'up'"),
    "direction of a number": (
        small(lstm_node=lstm(direction=7)),
        ".onnx",
        "its direction as another",
    ),
    "doubled": (doubled(60), ".onnx", "more numbers out of its constants"),
    "gathered": (
        behind(
            node("Gather", ["V", "I"], ["W"], axis=0),
            tensors={
                "V": tensor("V", np.zeros((1, 8, 2**10))),
                "I": tensor("I", np.zeros(2**16, np.int64)),
            },
        ),
        ".onnx",
        "more numbers out of its constants",
    ),
    "gathered from outside": (
        behind(node("Gather", ["V", "I"], ["W"]), tensors={"I": tensor("I", np.array([2**40]))}),
        ".onnx",
        "not a constant",
    ),
    "reshaped to nothing": (
        behind(
            node("Reshape", ["V", "S"], ["W"]), tensors={"S": tensor("S", np.array([2**62, 2**62]))}
        ),
        ".onnx",
        "not a constant",
    ),
    "transposed by noise": (
        behind(node("Transpose", ["V"], ["W"], perm=[5, 5, 5])),
        ".onnx",
        "not a constant",
    ),
    "sliced by steps of 0": (
        behind(
            node("Slice", ["V", "z", "o", "o", "z"], ["W"]),
            tensors={"z": tensor("z", np.array([0])), "o": tensor("o", np.array([1]))},
        ),
        ".onnx",
        "not a constant",
    ),
    "filled": (
        behind(
            node("ConstantOfShape", ["S"], ["W"]),
            tensors={"S": tensor("S", np.array([1, 2**40, 2**20]))},
        ),
        ".onnx",
        "W has shape|not a constant",
    ),
    "expanded": (
        behind(
            node("Expand", ["V", "S"], ["W"]),
            tensors={"S": tensor("S", np.array([2**30, 8, 3]))},
        ),
        ".onnx",
        "not a constant",
    ),
    "added to expanded": (
        behind(
            node("Expand", ["V", "S"], ["E"]),
            node("Add", ["E", "U"], ["W"]),
            tensors={
                "S": tensor("S", np.array([2**13, 8, 3])),
                "U": tensor("U", np.zeros((2**11, 1, 1, 1))),
            },
        ),
        ".onnx",
        "more numbers out of its constants",
    ),
    "endless initial states": (
        small(
            [node("ConstantOfShape", ["S"], ["H"])],
            {"S": tensor("S", np.array([2**20, 2**20, 2**10]))},
            lstm(("X", "W", "R", "B", "", "H", "H")),
        ),
        ".onnx",
        None,
    ),
    "copies of a repeated row": (
        behind(
            node("Expand", ["V", "S"], ["E"]),
            *(node("Reshape", [f"e{k}" if k else "E", "F"], [f"e{k + 1}"]) for k in range(40)),
            node("Concat", [f"e{k + 1}" for k in range(40)], ["W"], axis=0),
            tensors={
                "V": tensor("V", np.zeros((1, 1, 1))),
                "S": tensor("S", np.array([2**11, 2**10, 1])),
                "F": tensor("F", np.array([2**21])),
            },
        ),
        ".onnx",
        "more numbers out of its constants",
    ),
    "a long way": (long_way(5000), ".onnx", "not a constant"),
    "in a circle": (looped(), ".onnx", "not a constant"),
    "graphs in graphs": (bodies(200), ".onnx", "too deeply"),
    "a graph in ten": (bodies(10), ".onnx", None),
    "a scale that makes a plane of a line": (
        model(
            graph(
                [node("DequantizeLinear", ["q", "s"], ["W"], axis=1), lstm()],
                [
                    tensor("q", shape=(1 << 15, 1), kind=3, raw=bytes(1 << 15)),
                    tensor("s", np.ones(1 << 15, np.float32)),
                ],
            )
        ),
        ".onnx",
        "takes W from 'W', which is not a constant",
    ),
    "a split into parts of less than nothing": (
        model(
            graph(
                [node("Split", ["q"], ["W", "V"], split=[-5, 9]), lstm()],
                [tensor("q", np.ones((4, 8, 3), np.float32))],
            )
        ),
        ".onnx",
        "takes W from 'W', which is not a constant",
    ),
    "quantised": (
        model(graph([node("DynamicQuantizeLSTM", ["X"], ["Y"])])),
        ".onnx",
        "DynamicQuantizeLSTM",
    ),
    "a GRU": (model(graph([node("GRU", ["X"], ["Y"])])), ".onnx", "GRU 'gru', not an LSTM"),
    "in a function": (
        model(graph([]), block(25, block(1, "inner") + block(7, lstm()))),
        ".onnx",
        "function 'inner'",
    ),
    "somebody's LSTM": (
        small(lstm_node=lstm() + block(7, "com.evil")),
        ".onnx",
        "holds no LSTM node",
    ),
    "no graph": (whole(1, 8), ".onnx", "no graph"),
    "a number without end": (b"\xff" * 50, ".onnx", "without end"),
    "a field past the end": (varint(7 << 3 | 2) + varint(2**62), ".onnx", "ends outside"),
    "groups": (b"\x3b" * 50, ".onnx", "ends outside"),
    "a text for a graph": (block(7, "touch canary" * 3), ".onnx", DAMAGED + "|no LSTM"),
    "an odd float list": (
        small(tensors={"W": tensor("W", shape=W.shape, more=block(4, b"123"))}),
        ".onnx",
        "that many values",
    ),
    "empty": (b"", ".onnx", "no graph"),
    "200 LSTMs": (many_lstms(300), ".onnx", "200 LSTMs|layers"),
    "a clip that is a text": (
        small(lstm_node=lstm(clip="x")),
        ".onnx",
        "'lstm' its clip as another",
    ),
    "activations that are one number": (
        small(lstm_node=lstm(activations=3)),
        ".onnx",
        "'lstm' its activations as another",
    ),
    "a direction that is a list": (
        small(lstm_node=lstm(direction=[1, 2])),
        ".onnx",
        "'lstm' its direction as another",
    ),
    "an alpha that is no list": (
        small(lstm_node=lstm(activation_alpha=0.5)),
        ".onnx",
        "its activation_alpha as another",
    ),
    "a constant that is a number": (
        small(tensors={"W": None}, nodes=[node("Constant", [], ["W"], value=7)]),
        ".onnx",
        "its value as another",
    ),
    "no values of 2^120": (
        small(tensors={"W": tensor("W", shape=(0, 2**60, 2**60), raw=b"")}),
        ".onnx",
        "impossible shape",
    ),
    "a division by zero": (
        small(
            tensors={"W": None, "V": tensor("V", W), "zero": tensor("zero", np.zeros(1))},
            nodes=[node("Div", ["V", "zero"], ["W"])],
        ),
        ".onnx",
        None,
    ),
    "endless attribute": (
        small(lstm_node=lstm() + block(5, attribute("clip", 0.0)[:-4])),
        ".onnx",
        DAMAGED,
    ),
}


def millions():
    """A graph of millions of fields."""
    return model(whole(99, 0) * 2_000_000)


def numbers():
    """A list of millions of indices."""
    return small(tensors={"W": tensor("W", shape=W.shape, kind=7, more=block(7, b"\1" * 2**22))})


LARGE = {
    "millions of fields": (millions, ".onnx", "more than 200,000 fields"),
    "millions of numbers": (numbers, ".onnx", "too many numbers"),
    "thousands of nodes": (wide, ".onnx", None),
    "numbers multiplied": (multiplied, ".onnx", "too many numbers out of few"),
}

WHOLE = {".onnx": small()}
"""An honest file."""
