"""Parameter counts are those of the frameworks and of the papers.

The numbers of PyTorch 2.13 are sums over `module.parameters()`, those of Keras 3.15 `count_params`,
those of ONNX the sizes of W, R, B and P of a node that onnxruntime 1.32 runs.
"""

import pytest

from lstmviz.engine.spec import CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec, parameters
from lstmviz.engine.variant import GREFF, PEEPHOLE

BOTH = ("forward", "backward")


def stack(width, hidden, cell, layers=1, ways=("forward",), **settings):
    """Layers of one size, each reading the one below."""
    cells = []
    for _ in range(layers):
        cells.append(CellSpec(width, hidden, cell, directions=ways, **settings))
        width = cells[-1].output_size
    return NetworkSpec(tuple(cells))


@pytest.mark.parametrize(
    ("spec", "biases", "count"),
    [
        (stack(5, 256, 256), 2, 269_312),  # torch.nn.LSTM(5, 256)
        (stack(5, 128, 256), 2, 171_008),  # proj_size=128
        (stack(5, 64, 256), 2, 89_088),
        (stack(7, 12, 12, 3, BOTH), 2, 9_312),
        (stack(7, 5, 12, 2, BOTH), 2, 3_216),  # proj_size=5
        (stack(3, 2, 4), 0, 88),  # bias=False
        (stack(5, 256, 256), 1, 268_288),  # keras.layers.LSTM(256)
        (stack(5, 12, 12), 0, 816),  # use_bias=False
        (stack(5, 12, 12, 1, BOTH), 1, 1_728),
        (NetworkSpec((CellSpec(5, 12, 12), CellSpec(12, 5, 5))), 1, 1_224),  # RNN of two cells
        (
            NetworkSpec(
                (CellSpec(5, 12, 12),),
                (HeadSpec(7), HeadSpec(3, bias=False)),
                EmbeddingSpec(9, 5),
            ),
            1,
            1_021,
        ),
        (stack(5, 256, 256, variant=PEEPHOLE), 2, 270_080),  # ONNX with P
        (stack(7, 12, 12, 1, BOTH, variant=PEEPHOLE), 2, 2_088),
        (stack(7, 12, 12, 1, BOTH, variant=PEEPHOLE), 0, 1_896),
    ],
)
def test_counts_are_those_of_the_frameworks(spec, biases, count):
    assert parameters(spec, biases) == count


@pytest.mark.parametrize(
    ("name", "count"),
    [
        *(("NIG", 744), ("NFG", 744), ("NOG", 744), ("CIFG", 744)),
        *(("NIAF", 996), ("NOAF", 996), ("NP", 960), ("FGR", 2_292)),
    ],
)
def test_counts_are_those_of_greff_et_al(name, count):
    """N = 12 blocks and M = 7 inputs: four W (N, M), R (N, N), b (N); three p (N).

    A gate less takes its W, R, b and p along; full gate recurrence adds nine (N, N).
    """
    assert parameters(stack(7, 12, 12, variant=PEEPHOLE), 1) == 4 * (84 + 144 + 12) + 3 * 12
    assert parameters(stack(7, 12, 12, variant=GREFF[name]), 1) == count


def test_a_projection_with_peepholes_counts_as_in_sak_et_al():
    """Sak et al. 2014, section 2.1: n_c n_r 4 + n_i n_c 4 + n_r n_o + n_c n_r + n_c 3."""
    layers = stack(7, 5, 12, variant=PEEPHOLE).layers
    spec = NetworkSpec(layers, (HeadSpec(3, bias=False),))
    assert parameters(spec, 0) == 12 * 5 * 4 + 7 * 12 * 4 + 5 * 3 + 12 * 5 + 12 * 3 == 687
