"""Every layer's values at one step, by names that say whose they are.

`layer1.backward.hidden_state`, `layer1.output`, `head0`, as in a trace; `network.input` and
`network.output` are the whole network's, and `embedded` what its first layer then reads.
"""

from __future__ import annotations

from dataclasses import replace

from lstmviz.engine.trace import Trace, layer_output
from lstmviz.scene.moment import Moment, Scales, step_values

WORDS = {
    "cell_state_before": "cell state before",
    "hidden_state_before": "hidden state before",
    "input": "input x",
    "forget_gate": "forget gate f",
    "input_gate": "input gate i",
    "candidate": "candidate g",
    "output_gate": "output gate o",
    "cell_state": "cell state c",
    "cell_output": "cell output m",
    "hidden_state": "hidden state h",
    "output": "output y",
    "network.input": "input x",
    "network.output": "output y",
    "embedded": "embedded input",
}


def array_words(array: str) -> str:
    """What an array of a moment is called."""
    if array in WORDS:
        return WORDS[array]
    if array.startswith("head"):
        return f"output of head {array[4:]}"
    owner, _, rest = array.partition(".")
    layer, (way, _, name) = owner.removeprefix("layer"), rest.partition(".")
    if not name:
        return f"output of layer {layer}"
    return f"{WORDS[name]} of layer {layer}, {way}"


def with_layers(
    now: Moment, trace: Trace, scales: Scales, viewed: int, shown: range | None = None
) -> Moment:
    """A moment of layer `viewed` that shows the other layers too: all, or the range `shown`.

    Those above it have nothing yet while the step's stages are still going through `viewed`.
    """
    spec, values, limits = trace.spec, dict(now.values), dict(now.limits)
    through = now.stage == now.order[-1]

    at, read = now.step, scales[0, spec.layers[0].directions[0]]["input"]
    values["network.input"] = trace.input[at]
    limits["network.input"] = read if trace.embedded is None else (0.0, 1.0)
    if trace.embedded is not None:
        values["embedded"], limits["embedded"] = trace.embedded[at], read
    for layer, run in enumerate(trace.layers):
        if shown is not None and layer not in shown and layer + 1 not in shown:
            continue
        for way, _ in run.directions():
            known = scales[layer, way]
            limits |= {f"layer{layer}.{way}.{name}": limit for name, limit in known.items()}
            if layer <= viewed or through:
                own = step_values(trace, layer, way, at)
                if layer == viewed and not through:
                    own = {name: own[name] for name in own if name in now.values}
                values |= {f"layer{layer}.{way}.{name}": value for name, value in own.items()}
        limits[f"layer{layer}.output"] = merged_limits(trace, scales, layer)
        if layer < viewed or through:
            values[f"layer{layer}.output"] = layer_output(trace, layer, slice(at, at + 1))[0]
    top = scales[len(spec.layers) - 1, spec.layers[-1].directions[0]]
    arrays = {f"head{index}": array for index, array in enumerate(trace.head_outputs)}
    limits |= {name: top[name] for name in arrays} | {"network.output": top["output"]}
    if through:
        made = arrays | {"network.output": trace.output}
        values |= {name: array[at] for name, array in made.items()}
    return replace(now, values=values, limits=limits)


def merged_limits(trace: Trace, scales: Scales, layer: int) -> tuple[float, float]:
    """Fixed limits of what leaves a layer, from those of its hidden states."""
    cell = trace.spec.layers[layer]
    largest = [scales[layer, way]["hidden_state"][1] for way in cell.directions]
    if len(largest) == 1 or cell.merge in ("concat", "ave"):
        limit = max(largest)
    else:
        limit = sum(largest) if cell.merge == "sum" else largest[0] * largest[1]
    return (-limit, limit)
