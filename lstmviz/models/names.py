"""What each framework calls the sizes of a network, and the call that makes it there.

Sources: the documentation of torch.nn.LSTM, keras.layers.LSTM, tf.compat.v1.nn.rnn_cell.LSTMCell,
flax.linen.OptimizedLSTMCell and the ONNX operator LSTM.
"""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.spec import CellSpec, NetworkSpec, problem
from lstmviz.models.variantnames import (
    flax_arguments,
    keras_arguments,
    lack,
    onnx_arguments,
    standard_activations,
    tensorflow1_arguments,
)

ACTIVATIONS = "no such activations"


@dataclass(frozen=True)
class FrameworkNames:
    """One framework: its words for I, H, C and the number of layers ("" where it has none).

    `call` makes the network's LSTM layers there, without the head; it is "" where the
    framework cannot, and `remark` then says why. `biases` is how many bias vectors it keeps
    per gate.
    """

    framework: str
    call: str
    remark: str
    input_size: str
    hidden_size: str
    cell_size: str
    layers: str
    biases: int


def names(spec: NetworkSpec) -> tuple[FrameworkNames, ...]:
    """The rows for PyTorch, Keras, TensorFlow 1, Flax and ONNX."""
    return (_pytorch(spec), _keras(spec), _tensorflow1(spec), _flax(spec), _onnx(spec))


def _why_impossible(spec: NetworkSpec) -> str:
    """The remark on a network that no framework builds."""
    return f"Impossible: {problem(spec)}"


def _projected(spec: NetworkSpec) -> bool:
    return any(cell.projected for cell in spec.layers)


def _both(cell: CellSpec) -> bool:
    return len(cell.directions) > 1


def _uniform(spec: NetworkSpec) -> bool:
    """Whether one nn.LSTM can hold all layers: same sizes and directions in each."""
    first = spec.layers[0]
    return all(
        (cell.hidden_size, cell.cell_size, cell.directions)
        == (first.hidden_size, first.cell_size, first.directions)
        for cell in spec.layers
    ) and not (_merged(spec) and len(spec.layers) > 1)


def _merged(spec: NetworkSpec) -> str:
    """How directions are merged other than side by side, for a remark; "" where none are."""
    found = [cell.merge for cell in spec.layers if _both(cell) and cell.merge != "concat"]
    return " and ".join(dict.fromkeys(found))


def _turned(spec: NetworkSpec, wrapper: str) -> str:
    """How cells that know no direction come to run backward."""
    ways = {cell.directions for cell in spec.layers} - {("forward",)}
    if not ways:
        return ""
    both = f" {wrapper} runs a layer both ways." if any(len(way) > 1 for way in ways) else ""
    alone = " Flip what a backward layer reads and makes." if ("backward",) in ways else ""
    return both + alone


def _after(spec: NetworkSpec) -> str:
    """What a call that knows only side by side and whole sequences leaves to be done."""
    parts = []
    if _merged(spec):
        parts.append(f" Merge both halves of the output yourself ({_merged(spec)}).")
    if not spec.layers[-1].return_sequences:
        parts.append(" Take the final h of each direction.")
    return "".join(parts)


def _missing(words: str, activations: bool) -> str:
    """What a framework has not, in words; "" for nothing."""
    return ", ".join(part for part in (words, "" if activations else ACTIVATIONS) if part)


def _pytorch(spec: NetworkSpec) -> FrameworkNames:
    remark = "Two biases per gate, added together; hidden_size is the cell size."
    if any(cell.hidden_size > cell.cell_size for cell in spec.layers):
        call, remark = "", "proj_size must be smaller than hidden_size here, so H > C has no call."
    elif _uniform(spec):
        call = _pytorch_call(spec.layers[0], len(spec.layers))
    else:
        call = ", then ".join(_pytorch_call(cell, 1) for cell in spec.layers)
    if _projected(spec) and call:
        remark = "Two biases per gate; hidden_size is the cell size, h has proj_size values."
    missing = _missing(lack(spec), standard_activations(spec))
    if missing:
        call, remark = "", f"nn.LSTM has {missing}."
    elif any(cell.directions == ("backward",) for cell in spec.layers):
        call, remark = "", "nn.LSTM has no backward direction alone: flip what it reads and makes."
    elif call:
        remark += _after(spec)
    if not spec.possible:
        call, remark = "", _why_impossible(spec)
    hidden = "proj_size" if _projected(spec) else "hidden_size"
    return FrameworkNames(
        "PyTorch", call, remark, "input_size", hidden, "hidden_size", "num_layers", 2
    )


def _pytorch_call(cell: CellSpec, layers: int) -> str:
    parts = [f"input_size={cell.input_size}", f"hidden_size={cell.cell_size}"]
    if cell.projected:
        parts.append(f"proj_size={cell.hidden_size}")
    if layers > 1:
        parts.append(f"num_layers={layers}")
    if _both(cell):
        parts.append("bidirectional=True")
    return f"nn.LSTM({', '.join(parts)})"


def _unable(spec: NetworkSpec, name: str, both: str, missing: str, mend: str = "") -> str:
    """Why what a framework calls `name`, whose h and c both have `both`, is no such network."""
    if not spec.possible:
        return _why_impossible(spec)
    if _projected(spec):
        return f"{name} has no projection: h and c both have {both}."
    return f"{name} has {missing}{mend}." if missing else ""


def _keras(spec: NetworkSpec) -> FrameworkNames:
    written = [keras_arguments(cell.variant) for cell in spec.layers]
    missing = _missing(lack(spec), None not in written)
    call, remark = "", _unable(spec, "LSTM", "units values", missing, "; a layer of one's own can")
    if not remark:
        call = ", then ".join(map(_keras_call, spec.layers))
        remark = "One bias per gate; units is both sizes, the input size is taken from the data."
        if any(cell.directions == ("backward",) for cell in spec.layers):
            remark += " go_backwards gives the last step first."
    return FrameworkNames(
        "Keras", call, remark, "(from the data)", "units", "units", "(one call a layer)", 1
    )


def _keras_call(cell: CellSpec) -> str:
    extra = keras_arguments(cell.variant) or ""
    if cell.return_sequences:
        extra += ", return_sequences=True"
    if cell.directions == ("backward",):
        extra += ", go_backwards=True"
    inner = f"LSTM(units={cell.cell_size}{extra})"
    if not _both(cell):
        return inner
    merge = "" if cell.merge == "concat" else f', merge_mode="{cell.merge}"'
    return f"Bidirectional({inner}{merge})"


def _tensorflow1(spec: NetworkSpec) -> FrameworkNames:
    call = ", then ".join(map(_tensorflow1_call, spec.layers))
    remark = "One bias per gate; forget_bias (1.0 unless given) is added at run time."
    can = ("peephole", "cell_clip", "projection_clip", "coupled")
    missing = _missing(lack(spec, can), None not in map(tensorflow1_arguments, spec.layers))
    if any(cell.variant.coupled and cell.variant.cell_clip is not None for cell in spec.layers):
        missing = _missing(missing, True) or "no bound on c beside coupled gates"
    if missing:
        call, remark = "", f"LSTMCell has {missing}."
    elif any(cell.variant.coupled for cell in spec.layers):
        remark = "Of tf.contrib.rnn, where i = 1 − f; the same cell with the weights of i negated."
    if call:
        remark += _turned(spec, "bidirectional_dynamic_rnn") + _after(spec)
    if not spec.possible:
        call, remark = "", _why_impossible(spec)
    hidden = "num_proj" if _projected(spec) else "num_units"
    return FrameworkNames(
        "TensorFlow 1", call, remark, "(from the data)", hidden, "num_units", "MultiRNNCell", 1
    )


def _tensorflow1_call(cell: CellSpec) -> str:
    projection = f", num_proj={cell.hidden_size}" if cell.projected else ""
    extra, variant = tensorflow1_arguments(cell) or "", cell.variant
    name = "CoupledInputForgetGateLSTMCell" if variant.coupled else "LSTMCell"
    return f"{name}(num_units={cell.cell_size}{projection}{extra})"


def _flax(spec: NetworkSpec) -> FrameworkNames:
    written = [flax_arguments(cell.variant) for cell in spec.layers]
    missing = _missing(lack(spec), None not in written)
    call, remark = "", _unable(spec, "OptimizedLSTMCell", "features values", missing)
    if not remark:
        call = ", then ".join(
            f"OptimizedLSTMCell(features={cell.cell_size}{extra})"
            for cell, extra in zip(spec.layers, written, strict=True)
        )
        remark = "One bias per gate; features is both sizes, RNN(cell) runs it over a sequence."
        remark += _turned(spec, "Bidirectional") + _after(spec)
    return FrameworkNames(
        "Flax", call, remark, "(from the data)", "features", "features", "(one cell a layer)", 1
    )


def _onnx(spec: NetworkSpec) -> FrameworkNames:
    written = [onnx_arguments(cell.variant) for cell in spec.layers]
    missing = _missing(lack(spec, ("peephole", "coupled", "clip")), None not in written)
    call, remark = "", _unable(spec, "The operator LSTM", "hidden_size", missing)
    if not remark:
        call = ", then ".join(map(_onnx_call, spec.layers))
        remark = "Two biases per gate, side by side in B; the input size is the width of W."
        remark += _after(spec)
    return FrameworkNames(
        "ONNX",
        call,
        remark,
        "(the width of W)",
        "hidden_size",
        "hidden_size",
        "(one node a layer)",
        2,
    )


def _onnx_call(cell: CellSpec) -> str:
    direction = "bidirectional" if _both(cell) else cell.directions[0]
    extra = {"forward": "", "backward": ', direction="reverse"'}.get(
        direction, ', direction="bidirectional"'
    )
    return f"LSTM(hidden_size={cell.cell_size}{extra}{onnx_arguments(cell.variant) or ''})"
