"""Runs of a framework, stored by the scripts in tools/, beside ours of the same file."""

import numpy as np


def apart(network, expected, name):
    """How far each gate and state of every step is from the stored one, by name.

    `expected` holds `NAME/input`, and `NAME/layer0.forward.input_gate` and so on.
    """
    trace = network.run(expected[f"{name}/input"])
    cases = [key for key in expected if key.startswith(f"{name}/layer")]
    assert len(cases) == 6 * sum(len(cell.directions) for cell in network.spec.layers)
    found = {}
    for key in cases:
        layer, way, array = key.removeprefix(f"{name}/layer").split(".")
        ours = getattr(getattr(trace.layers[int(layer)], way), array)
        found[key] = np.abs(ours - expected[key]).max()
    return found
