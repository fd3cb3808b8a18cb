from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmviz.scene import raster


def naive(values, grid, order, limits):
    """The mean of every pixel, one by one, in double precision."""
    image = np.zeros((grid.rows, grid.columns))
    for row in range(grid.rows):
        units = order[grid.row_edges[row] : grid.row_edges[row + 1]]
        for column in range(grid.columns):
            steps = slice(grid.step_edges[column], grid.step_edges[column + 1])
            image[row, column] = values[steps][:, units].astype(float).mean()
    low, high = limits
    return np.clip((image - low) / (high - low) * 254, 0, 254)


sizes = st.integers(1, 30)


@given(sizes, sizes, sizes, sizes, st.integers(0, 1000))
def test_a_pixel_is_the_mean_of_its_values(steps, units, width, height, seed):
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1.2, 1.2, (steps, units)).astype(np.float32)
    order = rng.permutation(units)
    first, low = rng.integers(steps), rng.integers(units)
    grid = raster.grid(int(first), steps, int(low), units, width, height)
    image = raster.pool(values, grid, order, (-1.0, 1.0), "diverging")
    assert image.shape == (min(height, units - low), min(width, steps - first))
    assert np.abs(image - naive(values, grid, order, (-1.0, 1.0))).max() <= 0.51


@given(sizes, sizes, st.lists(st.integers(1, 7), min_size=1))
def test_filling_by_pieces_is_filling_at_once(steps, width, pieces):
    values = np.random.default_rng(0).random((steps, 9)).astype(np.float32)
    grid = raster.grid(0, steps, 0, 9, width, 4)
    order = np.arange(9)[::-1]
    image, column = raster.blank(grid, "sequential"), 0
    for piece in pieces * grid.columns:
        stop = min(column + piece, grid.columns)
        raster.fill(image, grid, values, order, (0.0, 1.0), column, stop)
        column = stop
    whole = raster.pool(values, grid, order, (0.0, 1.0), "sequential")
    assert (image == whole).all()


def test_a_piece_reads_no_step_that_is_not_its_own():
    values = np.full((100, 4), np.nan, np.float32)
    values[:50] = 0.5
    grid = raster.grid(0, 100, 0, 4, 10, 4)
    image = raster.blank(grid, "sequential")
    raster.fill(image, grid, values, np.arange(4), (0.0, 1.0), 0, grid.ready(50))
    assert grid.ready(50) == 5
    assert (image[:, :5] == 127).all()
    assert (image[:, 5:] == 0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_pixel_with_a_value_that_is_not_finite_is_marked(bad):
    values = np.zeros((20, 12), np.float32)
    values[7, 5] = bad
    grid = raster.grid(0, 20, 0, 12, 10, 6)
    image = raster.pool(values, grid, np.arange(12), (-1.0, 1.0), "diverging")
    assert image[2, 3] == raster.MARKED
    assert (image == raster.MARKED).sum() == 1


def test_values_beyond_the_limits_take_the_last_colour():
    values = np.array([[-9.0, -1.0, 0.0, 1.0, 9.0]])
    assert raster.indices(values, (-1.0, 1.0)).tolist() == [[0, 0, 127, 254, 254]]


def test_a_stretched_image_keeps_every_step_in_its_place():
    values = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    order = np.zeros(1, np.intp)
    old = raster.grid(0, 40, 0, 1, 40, 1)
    image = raster.pool(values, old, order, (0.0, 1.0), "sequential")
    new = raster.grid(10, 20, 0, 1, 40, 1)
    zoomed = raster.stretch(image, old, new, "sequential", same=True)
    assert (zoomed == raster.pool(values, new, order, (0.0, 1.0), "sequential")).all()
    out = raster.stretch(zoomed, new, old, "sequential", same=True)
    assert (out[:, 10:20] == image[:, 10:20]).all()
    assert (out[:, :10] == 0).all()


def test_the_picture_of_another_run_is_stretched_over_everything():
    old = raster.grid(0, 2, 0, 2, 2, 2)
    image = np.array([[1, 2], [3, 4]], np.uint8)
    new = raster.grid(0, 4, 0, 4, 4, 4)
    assert raster.stretch(image, old, new, "sequential", same=False).tolist() == [
        [1, 1, 2, 2],
        [1, 1, 2, 2],
        [3, 3, 4, 4],
        [3, 3, 4, 4],
    ]


@pytest.mark.parametrize("steps", [97, 250, 16 * 40, 17 * 40, 3001])
def test_few_and_many_steps_a_column_are_added_in_the_same_order(steps):
    values = np.random.default_rng(steps).standard_normal((steps, 7)).astype(np.float32)
    edges = raster.grid(0, steps, 0, 7, 40, 7).step_edges
    means = raster._mean_of_steps(values, edges)
    for column, mean in enumerate(means):
        block = values[edges[column] : edges[column + 1]]
        expected = np.add.reduce(block, axis=0) / np.float32(len(block))
        np.testing.assert_array_equal(mean, expected)
