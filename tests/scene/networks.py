"""Networks of any shape, to draw."""

from anydocuments import VARIANTS
from hypothesis import strategies as st

from lstmviz.engine.spec import MERGES, WAYS, HeadSpec, NetworkSpec
from lstmviz.session import Layer, Untrained, network_spec

SIZES = st.integers(1, 1024)
HEADS = st.builds(
    HeadSpec, SIZES, st.sampled_from(["softmax", "sigmoid", "linear"]), last_step=st.booleans()
)


@st.composite
def layers(draw):
    cell = draw(SIZES)
    return Layer(
        draw(st.just(cell) | SIZES),
        cell,
        draw(st.booleans()),
        draw(st.sampled_from(list(WAYS.values()))),
        draw(st.sampled_from(MERGES)),
        draw(st.booleans()),
        draw(VARIANTS),
    )


@st.composite
def networks(draw, most_layers=12) -> NetworkSpec:
    """Possible ones and impossible ones, with up to 3 heads."""
    recipe = Untrained(
        draw(SIZES),
        tuple(draw(st.lists(layers(), min_size=1, max_size=most_layers))),
        tuple(draw(st.lists(HEADS, max_size=3))),
        embedding=draw(st.none() | SIZES),
    )
    return network_spec(recipe, recipe.input_size)


KERAS = network_spec(Untrained(1, (Layer(20, 20), Layer(20, 20)), (HeadSpec(10, "linear"),)), 1)
"""Sequential([LSTM(20, return_sequences=True, input_shape=[None, 1]),
LSTM(20, return_sequences=True), TimeDistributed(Dense(10))])"""
