"""Questions that gradients answer: of an output, of the input, and how fast they vanish."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.bptt import Gradients, gradients, saliency
from lstmviz.analysis.jacobians import Vanishing, vanishing
from lstmviz.cli.analyze.answers import Answer, Column
from lstmviz.cli.analyze.asked import Asked, prefix
from lstmviz.engine.trace import DIRECTION_ARRAYS, INITIAL_ARRAYS
from lstmviz.errors import LstmvizError

MOST_WORDS = 5


def ask_gradients(asked: Asked) -> Answer:
    """∂ one output number at a step / ∂ every array at every step, as norms and in full."""
    found, output, name = _gradients(asked)
    arrays: dict[str, NDArray[np.floating]] = {"input": found.input}
    if found.embedded is not None:
        arrays["embedded"] = found.embedded
    norms: dict[str, NDArray[np.floating]] = {"input": np.linalg.norm(found.input, axis=1)}
    for place in asked.places:
        run = dict(found.layers[place[0]].directions())[place[1]]
        for array in DIRECTION_ARRAYS:
            values = getattr(run, array)
            arrays[f"{prefix(place)}.{array}"] = values
            norms[f"{prefix(place)}.{array}"] = np.linalg.norm(values, axis=1)
        for array in INITIAL_ARRAYS:
            arrays[f"{prefix(place)}.{array}"] = getattr(run, array)
    steps = asked.trace.steps
    table: dict[str, Column] = {
        "array": [array for array in norms for _ in range(steps)],
        "step": list(range(steps)) * len(norms),
        **{key: tokens * len(norms) for key, tokens in asked.tokens.items()},
        "norm": np.concatenate(list(norms.values())),
    }
    words = [f"output {name} at step {_output_step(asked)} is {found.value:.6g}; its gradient by"]
    for place in asked.places:
        key = f"{prefix(place)}.cell_state"
        step = int(norms[key].argmax())
        words.append(f"  {key} is largest at step {step}, a norm of {norms[key][step]:.4g}")
    facts = {"step": _output_step(asked), "output": output, "name": name, "value": found.value}
    return Answer("gradients", table, arrays, facts, tuple(words))


def ask_saliency(asked: Asked) -> Answer:
    """Gradient times input at every step: what an output number owes to each token."""
    found, output, name = _gradients(asked)
    values = saliency(found, asked.trace.input)
    table: dict[str, Column] = {
        "step": list(range(len(values))),
        **asked.tokens,
        "saliency": values,
    }
    words = [f"output {name} at step {_output_step(asked)} is {found.value:.6g}; most of it from"]
    for step in np.argsort(-np.abs(values), kind="stable")[:MOST_WORDS].tolist():
        token = f" ({asked.sequence.labels[step]})" if asked.tokens else ""
        words.append(f"  step {step}{token}: {values[step]:+.4g}")
    facts = {"step": _output_step(asked), "output": output, "name": name, "value": found.value}
    return Answer("saliency", table, {"saliency": values}, facts, tuple(words))


def _output_step(asked: Asked) -> int:
    """The step whose output is asked about: the last unless another is chosen."""
    step: int | None = asked.options.step
    return asked.trace.steps - 1 if step is None else step


def _gradients(asked: Asked) -> tuple[Gradients, int, str]:
    """The gradients, the number of the output, and its name."""
    step = _output_step(asked)
    if not 0 <= step < asked.trace.steps:
        raise LstmvizError(f"there is no step {step}; the run has 0 to {asked.trace.steps - 1}.")
    output = _output(asked, step)
    network, values = asked.network, asked.sequence.values
    found = gradients(network, values, step, output, asked.initial)
    return found, output, _names(asked)[output]


def _names(asked: Asked) -> list[str]:
    """What the outputs are called: by the symbols read, where there are as many, else numbers."""
    width = asked.trace.output.shape[1]
    if asked.sequence.symbolic and len(asked.sequence.columns) == width:
        return [name or str(k) for k, name in enumerate(asked.sequence.columns)]
    return list(map(str, range(width)))


def _output(asked: Asked, step: int) -> int:
    """The output chosen by number or symbol, else the largest at the step."""
    chosen: str | None = asked.options.output
    if chosen is None:
        return int(np.nanargmax(np.nan_to_num(asked.trace.output[step], nan=-np.inf)))
    names = _names(asked)
    if chosen.isascii() and chosen.isdecimal() and int(chosen) < len(names):
        return int(chosen)
    if chosen in names:
        return names.index(chosen)
    symbols = asked.network.vocabulary or ()
    if chosen in symbols and len(symbols) <= len(names):
        return symbols.index(chosen)
    raise LstmvizError(f"there is no output {chosen[:40]!r}; there are 0 to {len(names) - 1}.")


def ask_forgetting(asked: Asked) -> Answer:
    """‖∂c_t/∂c_k‖ beside the product of the forget gates, an untrained LSTM and plain RNNs."""
    layer, way = asked.place
    seed = asked.options.compare_seed
    found = vanishing(
        asked.network, asked.trace, asked.options.step, asked.options.lags, layer, way, seed
    )
    curves = curves_of(found)
    count = len(found.rnn)
    table: dict[str, Column] = {
        "curve": [name for name in curves for _ in range(count)],
        "lag": list(range(count)) * len(curves),
        "value": np.concatenate(list(curves.values())),
    }
    name = prefix(asked.place)
    arrays = {f"{name}.{curve}": values for curve, values in curves.items()}
    arrays[f"{name}.forget_products"] = found.network.products
    last = count - 1
    words = [f"{name}, ‖∂c_t/∂c_k‖ / √C (Frobenius) from step {found.network.step} back {last}:"]
    words += [
        f"  {curve.replace('_', ' ')}: {values[last]:.3g}" for curve, values in curves.items()
    ]
    size = found.network.products.shape[1]
    if len(found.network.units) < size:
        words.append(f"  measured on {len(found.network.units)} of {size:,} units, drawn by seed")
    facts = {
        "layer": layer,
        "direction": way,
        "step": found.network.step,
        "norm": "Frobenius / sqrt(C)",
        "units": list(found.network.units),
        "seed": seed,
    }
    return Answer("forgetting", table, arrays, facts, tuple(words))


def curves_of(found: Vanishing) -> dict[str, NDArray[np.floating]]:
    """Every curve (lags,) of the comparison by its name."""
    curves: dict[str, NDArray[np.floating]] = {
        "jacobian": found.network.norms,
        "forget_product": found.network.direct,
        "mean_forget_product": found.network.products.mean(axis=1),
    }
    if found.untrained is not None:
        curves["untrained_lstm"] = found.untrained.norms
    return curves | {"untrained_rnn": found.rnn, "ungated_rnn": found.ungated}
