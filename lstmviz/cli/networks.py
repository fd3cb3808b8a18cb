"""The options that make an untrained network: what may be written, and what it asks for."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from lstmviz.engine.activations import formula
from lstmviz.engine.spec import HEAD_ACTIVATIONS, MAX_SIZE, MERGES, WAYS, HeadSpec, check_variant
from lstmviz.engine.variant import SWITCHES, Activation, Variant, named_variant
from lstmviz.errors import LstmvizError
from lstmviz.session import MAX_LAYERS, Untrained

Sizes = tuple[int | None, tuple[tuple[int, int], ...]]
"""Input size (None: the input's own), and hidden and cell size of one layer or of each."""
Way = tuple[tuple[str, ...], str]
"""The directions of a layer, and how they are merged."""
T = TypeVar("T")

OPTIONS = (
    "sizes",
    "layers",
    "variant",
    "direction",
    "return_sequences",
    "project",
    "embedding",
    "head",
    "seed",
    "forget_bias",
    "chrono",
)
"""Names of the options here, as argparse keeps them."""


FLAGS: dict[str, dict[str, Any]] = {
    "peepholes": {"peephole": True},
    "no-peepholes": {"peephole": False},
    "coupled": {"coupled": True},
    "gate-recurrence": {"gate_recurrence": True},
}
ABSENT = {f"no-{name.replace('_', '-')}": name for name in SWITCHES}
BOUNDS = {"clip": "clip", "cell-clip": "cell_clip", "h-clip": "projection_clip"}
SQUASHES = {"gates": "gate", "candidate": "candidate", "output": "output"}
DETAILS = (*FLAGS, *ABSENT, *(f"{name}=X" for name in (*BOUNDS, *SQUASHES)))
"""What may follow a variant's name, each after a +."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Offer every option that makes an untrained network."""
    group = parser.add_argument_group(
        "an untrained network",
        "What is said once holds for every layer; lists have a value for each, from the input up.",
    )
    group.add_argument(
        "--sizes",
        type=sizes,
        metavar="I,H,C[,H,C…]",
        help="input, hidden, cell size; I may be auto; a pair H,C more for every layer more",
    )
    group.add_argument(
        "--layers", type=_whole("layers", 1, MAX_LAYERS), metavar="N", help="so many layers, alike"
    )
    group.add_argument(
        "--variant",
        type=variants,
        metavar="NAME[+DETAIL…][,…]",
        help="standard, peephole, NIG, NFG, NOG, NIAF, NOAF, NP, CIFG or FGR, and details: "
        + ", ".join(DETAILS),
    )
    group.add_argument(
        "--direction",
        type=ways,
        metavar="WAY[,…]",
        help=f"forward, backward or both; both:MERGE merges by {', '.join(MERGES)}",
    )
    group.add_argument(
        "--return-sequences",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="whether the top layer hands on every h or the final one (every)",
    )
    group.add_argument(
        "--project",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="allow a projection where hidden and cell size differ (it is)",
    )
    group.add_argument(
        "--embedding",
        type=_whole("an embedding size", 1, MAX_SIZE),
        metavar="N",
        help="symbols become N numbers before the first layer",
    )
    group.add_argument(
        "--head",
        type=head,
        action="append",
        metavar="SIZE[:ACTIVATION[:last]]",
        help=f"a Dense layer on top, {', '.join(HEAD_ACTIVATIONS)}; last reads the last step "
        "only; may be given several times, from the layers up",
    )
    _add_weights(group)


def _add_weights(group: argparse._ArgumentGroup) -> None:
    """How the weights are drawn."""
    group.add_argument("--seed", type=_whole("a seed", 0), metavar="N", help="of its weights")
    group.add_argument(
        "--forget-bias", type=_finite, metavar="B", help="what the forget gate's biases sum to"
    )
    group.add_argument(
        "--chrono",
        type=_whole("a number of steps", 3),
        metavar="T",
        help="biases for memories of up to T steps, in place of --forget-bias",
    )


def changed(network: Untrained, options: dict[str, Any]) -> Untrained:
    """The network with what the options ask for; raises `LstmvizError` where they disagree."""
    network = _layered(network, options)
    fields: dict[str, Any] = {
        name: options[name] for name in ("seed", "embedding") if name in options
    }
    if "head" in options:
        fields["heads"] = tuple(options["head"])
    for name, other in (("forget_bias", "chrono"), ("chrono", "forget_bias")):
        if name in options:
            fields[name] = options[name]
            fields.setdefault(other, None)
    return replace(network, **fields)


def _layered(network: Untrained, options: dict[str, Any]) -> Untrained:
    """The network with as many layers as are asked for, each with what holds for it."""
    input_size, pairs = options.get("sizes", (network.input_size, ()))
    number = options.get("layers", len(pairs) if len(pairs) > 1 else len(network.layers))
    layers = list(network.layers[:number])
    layers += [replace(layers[-1], return_sequences=True)] * (number - len(layers))
    columns: list[tuple[str, tuple[Any, ...], Callable[[Any], dict[str, Any]]]] = [
        ("sizes", pairs, lambda pair: {"hidden_size": pair[0], "cell_size": pair[1]}),
        ("variant", options.get("variant", ()), lambda variant: {"variant": variant}),
        ("direction", options.get("direction", ()), _way_fields),
    ]
    for name, values, fields in columns:
        for index, value in enumerate(_spread(name, values, number)):
            layers[index] = replace(layers[index], **fields(value))
    if "project" in options:
        layers = [replace(layer, project=options["project"]) for layer in layers]
    if "return_sequences" in options:
        layers[-1] = replace(layers[-1], return_sequences=options["return_sequences"])
    return replace(network, input_size=input_size, layers=tuple(layers))


def _way_fields(way: Way) -> dict[str, Any]:
    return {"directions": way[0], "merge": way[1]}


def _spread(name: str, values: tuple[T, ...], number: int) -> tuple[T, ...]:
    """One value for all layers, or one each."""
    if len(values) == 1:
        return values * number
    if values and len(values) != number:
        raise LstmvizError(
            f"--{name} is for {len(values)} layers, but there are {number}; "
            "say it once for all, or once for each."
        )
    return values


# What may be written


def fail(text: str) -> NoReturn:
    """Refuse an argument with the end of a sentence."""
    raise argparse.ArgumentTypeError(text)


def whole(text: str, what: str, low: int, high: int = 2**63 - 1) -> int:
    """A whole number in range; the error names `what` and the range."""
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
    if low <= value <= high:
        return value
    large = len(text) > 18 and text.isascii() and text.isdecimal()  # or nobody asks for the bound
    bounds = f"from {low} to {high}" if large or high < 2**63 - 1 else f"from {low}"
    return fail(f"{text!r} is not {what}, a whole number {bounds}")


def _whole(what: str, low: int, high: int = 2**63 - 1) -> Callable[[str], int]:
    return lambda text: whole(text, what, low, high)


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    return value if math.isfinite(value) else fail(f"{text!r} is not a finite number")


def sizes(text: str) -> Sizes:
    """I,H,C with a further H,C for every further layer; I may be auto."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 3 or len(parts) % 2 == 0:
        fail(
            f"{text!r} is not three sizes I,H,C (input, hidden, cell), such as 5,128,256, and "
            "two more for every layer more"
        )
    if len(parts) > 1 + 2 * MAX_LAYERS:
        fail(f"{len(parts)} sizes are more than those of {MAX_LAYERS} layers")
    auto = parts[0].lower() == "auto"
    first = None if auto else whole(parts[0], "an input size (or auto)", 1, MAX_SIZE)
    hidden = [whole(part, "a hidden size", 1, MAX_SIZE) for part in parts[1::2]]
    cells = [whole(part, "a cell size", 1, MAX_SIZE) for part in parts[2::2]]
    return first, tuple(zip(hidden, cells, strict=True))


def head(text: str) -> HeadSpec:
    """SIZE[:ACTIVATION[:last]]."""
    size, _, rest = text.partition(":")
    activation, _, last = rest.partition(":")
    activation = activation or "softmax"
    if activation not in HEAD_ACTIVATIONS:
        fail(f"{activation!r} is not one of {', '.join(HEAD_ACTIVATIONS)}")
    if last not in ("", "last"):
        fail(f"{last!r} is not last, all that may follow the activation")
    size_of = whole(size, "a head size", 1, MAX_SIZE)
    return HeadSpec(size_of, activation, last_step=last == "last")


def ways(text: str) -> tuple[Way, ...]:
    """forward, backward or both, both:MERGE; a list has one for every layer."""
    result = []
    for part in text.split(","):
        way, colon, merge = part.strip().partition(":")
        if way not in WAYS or (colon and way != "both"):
            fail(f"{part.strip()!r} is not one of forward, backward, both, both:MERGE")
        if colon and merge not in MERGES:
            fail(f"{merge!r} is not one of {', '.join(MERGES)}")
        result.append((WAYS[way], merge or "concat"))
    return tuple(result)


def variants(text: str) -> tuple[Variant, ...]:
    """NAME[+DETAIL…]; a list has one for every layer."""
    try:
        result = tuple(_variant(part.strip()) for part in text.split(","))
        for each in result:
            check_variant(each)
    except LstmvizError as error:
        fail(str(error).removesuffix("."))
    return result


def _variant(text: str) -> Variant:
    name, *details = text.split("+")
    variant = named_variant(name)
    for detail in details:
        variant = replace(variant, **_departure(detail, variant))
    return variant


def _departure(detail: str, variant: Variant) -> dict[str, Any]:
    """The fields of a variant that one detail sets."""
    key, equals, value = detail.partition("=")
    if detail in FLAGS:
        return FLAGS[detail]
    if detail in ABSENT:
        absent = (*variant.absent, ABSENT[detail])
        return {"absent": tuple(name for name in SWITCHES if name in absent)}
    if equals and key in BOUNDS:
        return {BOUNDS[key]: _finite(value)}
    if equals and key in SQUASHES:
        return {SQUASHES[key]: _activation(value)}
    return fail(f"{detail!r} is no detail of a variant; there are {', '.join(DETAILS)}")


def _activation(text: str) -> Activation:
    """NAME[:ALPHA[:BETA]], such as hard_sigmoid:0.2:0.5."""
    name, *numbers = text.split(":")
    row = formula(Activation(name))
    has = [which for which in ("alpha", "beta") if getattr(row, which) is not None]
    if len(numbers) > len(has):
        fail(f"{text!r} gives {name} {len(numbers)} numbers, but it takes {len(has) or 'none'}")
    return Activation(name, **dict(zip(has, map(_finite, numbers), strict=False)))


def layer_at(text: str) -> tuple[int, str | None]:
    """K[:DIRECTION]: which layer to look at."""
    index, _, way = text.partition(":")
    if way not in ("", "forward", "backward"):
        fail(f"{way!r} is neither forward nor backward")
    return whole(index, "a layer", 0), way or None
