"""Untrained networks of any shape, possible or not, on short inputs: a strategy for hypothesis."""

from hypothesis import strategies as st

from lstmviz.engine.activations import ACTIVATIONS
from lstmviz.engine.spec import HEAD_ACTIVATIONS, MERGES, WAYS, HeadSpec
from lstmviz.engine.variant import GREFF, SWITCHES, Activation, Variant
from lstmviz.inputs.generators import KINDS
from lstmviz.session import Document, GeneratedInput, Layer, TextInput, Untrained

SIZES = st.integers(1, 9) | st.sampled_from((16, 64))
ACTIVATION = st.builds(Activation, st.sampled_from(sorted(ACTIVATIONS)))
CLIP = st.none() | st.floats(0.01, 10)
SINGLE = st.builds(
    Variant,
    st.just(Activation("sigmoid")) | ACTIVATION,
    ACTIVATION,
    ACTIVATION,
    st.booleans(),
    st.lists(st.sampled_from(SWITCHES), unique=True).map(
        lambda names: tuple(name for name in SWITCHES if name in names)
    ),
    st.booleans(),
    st.booleans(),
    CLIP,
    CLIP,
    CLIP,
)
VARIANTS = st.sampled_from(sorted(GREFF)).map(GREFF.get) | SINGLE
LAYERS = st.builds(
    Layer,
    SIZES,
    SIZES,
    st.booleans() | st.just(True),
    st.sampled_from(list(WAYS.values())),
    st.sampled_from(MERGES),
    st.booleans() | st.just(True),
    VARIANTS,
)
HEADS = st.builds(HeadSpec, SIZES, st.sampled_from(HEAD_ACTIVATIONS), st.booleans(), st.booleans())
BIASES = st.sampled_from(((None, None), (1.0, None), (None, 20)))


@st.composite
def documents(draw):
    """Documents that pass every check of a session file and whose input fits."""
    embedding = draw(st.none() | st.integers(1, 9))
    kinds = ("onehot",) if embedding else KINDS
    made = st.builds(GeneratedInput, st.sampled_from(kinds), st.integers(1, 12), st.integers(0, 3))
    text = st.text("abcde \n", min_size=1, max_size=12).map(TextInput)
    given = draw(made | text)
    wide = draw(st.none() | st.integers(7, 9) if isinstance(given, TextInput) else SIZES)
    forget, chrono = draw(BIASES)
    network = Untrained(
        wide,
        tuple(draw(st.lists(LAYERS, min_size=1, max_size=4))),
        tuple(draw(st.lists(HEADS, max_size=3))),
        draw(st.integers(0, 5)),
        forget,
        chrono,
        embedding,
    )
    return Document(network, given, draw(st.sampled_from(("model", "zero", "random"))))
