"""What the user is looking at: a Document (recipes) and a View (where they stand).

Nothing here holds an array: `resolve` turns a Document into a network and a
sequence, and a session file is the same dataclasses as JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lstmviz.engine.spec import GATES, HeadSpec
from lstmviz.engine.variant import STANDARD, Variant
from lstmviz.inputs.recipes import InputRecipe, VocabularyFile

DIAGRAMS = ("cell", "unrolled", "stack", "unit")
"""The pictures of a moment."""
QUESTIONS = (
    *("provenance", "gradients", "saturation", "vanishing"),
    *("follow", "memory", "histograms", "text"),
    "compare",
    "alike",
)
"""The questions about a run that have a page of their own, shown in the diagram's place."""


@dataclass(frozen=True)
class Layer:
    """One layer of an untrained network; the fields are those of the engine's `CellSpec`.

    What it reads follows from what stands below it.
    """

    hidden_size: int = 64
    cell_size: int = 64
    project: bool = True
    directions: tuple[str, ...] = ("forward",)
    merge: str = "concat"
    return_sequences: bool = True
    variant: Variant = STANDARD


@dataclass(frozen=True)
class Untrained:
    """A network drawn at random: layers and heads from the input up.

    `input_size` None takes the width of the input. `embedding` is the width of a table
    between the input's symbols and the first layer, None for none. `forget_bias` and `chrono`
    set the first biases as the engine's `random_network` says; one of them at most.
    """

    input_size: int | None = None
    layers: tuple[Layer, ...] = (Layer(),)
    heads: tuple[HeadSpec, ...] = ()
    seed: int = 0
    forget_bias: float | None = None
    chrono: int | None = None
    embedding: int | None = None


def one_layer(
    input_size: int | None = None,
    hidden_size: int = 64,
    cell_size: int = 64,
    seed: int = 0,
    *,
    project: bool = True,
    head: HeadSpec | None = None,
) -> Untrained:
    """An untrained network of one forward layer with at most one head."""
    layer = Layer(hidden_size, cell_size, project)
    return Untrained(input_size, (layer,), (head,) if head else (), seed)


@dataclass(frozen=True)
class Trained:
    """A model opened from a file, or a bundled one, `demo:NAME` or `example:NAME`.

    `lstm` names the LSTM that is picked of a file that holds several. `gate_order` is the order
    of the gates in the file, such as "ifgo", or None as it was found. `switched` are the layers,
    in order, whose return_sequences is not as the file says but the other way.
    """

    path: str = "demo:counter"
    lstm: str | None = None
    gate_order: str | None = None
    switched: tuple[int, ...] = ()


@dataclass(frozen=True)
class Edit:
    """One change of the run: a line such as "forget_gate[3,7]@10:20 = 0", switched on or off.

    `analysis.changes` says what lines there are.
    """

    line: str
    on: bool = True


@dataclass(frozen=True)
class Other:
    """Another run to compare with or to take states from; None is the same as the document's.

    Its `changes` are its own: those of the document are not made in it.
    """

    network: Untrained | Trained | None = None
    input: InputRecipe | None = None
    vocabulary: VocabularyFile | None = None
    initial: str | None = None
    changes: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Document:
    """Everything that decides the numbers.

    `changes` are made in their order; the run without them stays beside.
    """

    network: Untrained | Trained = field(default_factory=Trained)
    input: InputRecipe | None = None  # None: the model's own example, else a generator
    initial: str = "model"  # its own, else zeros; or "zero", "random"
    vocabulary: VocabularyFile | None = None  # None: the model's own, if it has one
    changes: tuple[Edit, ...] = ()
    other: Other | None = None


FOLLOWED = ("pattern", "ranges", "built-in", "file")
"""Where the numbers come from that units are ranked by."""
TINTS = (*GATES, "cell_state", "cell_output", "surprise", "probability")
"""What running text may be coloured by: an array of the pinned unit, or what is predicted."""
ALIKE = ("cell_state", "hidden_state", "states")
"""What makes two places alike: c, h, or both."""


COMPARED = (*GATES, "cell_state", "hidden_state", "output")
"""Arrays of two runs that are compared."""
ALIGNED = ("step", "token")
MATCHED = ("index", "correlation")
"""How the steps and the units of two runs are paired."""


ASKED = (
    *GATES,
    "cell_state",
    "cell_output",
    "hidden_state",
    "cell_state_before",
    "hidden_state_before",
    "input",
    "layer_output",
    "symbol",
    "output",
)
"""Arrays that a number can be asked of; `HEAD` are those of the heads before the last."""
HEAD = re.compile(r"head\d{1,3}", re.ASCII)


@dataclass(frozen=True)
class View:
    """Everything that decides only what is shown of them.

    `step` counts from 0; `stage` is the name of the stage just done; `unit` is the
    pinned cell unit, `hover` the one under the pointer; `first`/`last` are the zoomed
    steps (last exclusive, None for the end); `low`/`high` the zoomed rows; `row` is
    the first row of a question's table. `limits` says whether the colours of c and h tell
    apart most of their values or all. `side` is what
    stands beside the diagram; `expect` a file of a framework's own output to compare with.
    `target` is the output number whose gradients are asked for (None: the largest), at step
    `target_step` (None: the last).
    `asked` is the array (of `ASKED`) whose number is taken apart, of the unit that is pinned
    or, where its elements are no cell units, at `element`; None for the unit as a whole.

    Units are ranked by how they follow what `follows` names: the `pattern`, the steps in the
    `ranges` (each first, last exclusive), the built-in `annotation`, or the `annotation_file`
    (FILE or FILE:COLUMN); of this layer, or of `every_layer`; `rank` is the row looked at, from 0.
    `tint` is what running text is coloured by. `like` are the first step and the end of a place
    whose like are looked for, () for none, by what `alike` names; in the files of `folder` too.
    """

    step: int = 0
    stage: str = "output"
    unit: int | None = 0
    hover: int | None = None
    layer: int = 0
    direction: str = "forward"
    diagram: str = "cell"  # or another of DIAGRAMS or QUESTIONS
    theme: str = "system"  # or "light", "dark"
    order: str = "index"  # or "similarity", or a statistic
    limits: str = "most"  # or "all"
    reveal: bool = False
    first: float = 0.0
    last: float | None = None
    low: float = 0.0
    high: float | None = None
    row: int = 0
    speed: float = 4.0
    loop: bool = True
    stages: bool = True
    reduce_motion: bool = False
    side: str = "unit"  # or "file", "whatif"
    expect: str | None = None
    target: int | None = None
    target_step: int | None = None
    asked: str | None = None
    element: int = 0
    follows: str = "pattern"  # or another of FOLLOWED
    pattern: str = ""
    ranges: tuple[tuple[int, int], ...] = ()
    annotation: str = "strings"
    annotation_file: str | None = None
    every_layer: bool = False
    rank: int = 0
    tint: str = "cell_state"  # or another of TINTS
    like: tuple[int, ...] = ()
    alike: str = "cell_state"  # or another of ALIKE
    folder: str | None = None
    shown: str = "changed"  # or "baseline", "difference": of a run with changes
    compared: str = "cell_state"  # or another of COMPARED
    align: str = "step"  # or "token"
    match: str = "index"  # or "correlation"


@dataclass(frozen=True)
class Session:
    """One moment of the whole application."""

    document: Document = field(default_factory=Document)
    view: View = field(default_factory=View)
