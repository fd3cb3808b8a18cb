"""The pre-activations of one unit, told by their parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.network import CellWeights
from lstmviz.engine.spec import GATES
from lstmviz.engine.variant import SWITCHES, Variant
from lstmviz.scene.symbols import late_output_gate

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Sum:
    """The sum of one gate's unit: `base` is its part of W [h; x] + b.

    `loop` comes from the gates of the step before and `peep` from the cell state, None where
    the variant has no such term. `late` says that `peep` is of the new cell state.
    """

    base: float
    loop: float | None = None
    peep: float | None = None
    bound: float | None = None
    late: bool = False

    @property
    def terms(self) -> tuple[float, ...]:
        """The parts in the order of `equations.sum_formula`."""
        return tuple(term for term in (self.base, self.loop, self.peep) if term is not None)

    @property
    def early(self) -> tuple[float, ...]:
        """The parts that are known before the new cell state is."""
        return self.terms[:-1] if self.late else self.terms

    @property
    def total(self) -> float:
        """All parts together, within the bound: what is squashed."""
        total = sum(self.terms)
        return total if self.bound is None else min(max(total, -self.bound), self.bound)


def pre_activations(weights: CellWeights, unit: int, gathered: Array) -> dict[str, float]:
    """a_i, a_f, a_g, a_o of one unit: the rows of W times [h; x], plus the biases.

    In float64, as `analysis.terms`, so that both come to the same digits.
    """
    size = len(weights.input_weights) // 4
    hidden = weights.recurrent_weights.shape[1]
    rows = np.arange(4) * size + unit
    wide = gathered.astype(np.float64)
    a = weights.recurrent_weights[rows].astype(np.float64) @ wide[:hidden]
    a = a + weights.input_weights[rows].astype(np.float64) @ wide[hidden:]
    for bias in (weights.input_bias, weights.recurrent_bias):
        if bias is not None:
            a = a + bias[rows]
    return dict(zip(GATES, a.tolist(), strict=True))


@np.errstate(invalid="ignore", over="ignore")
def sums(
    weights: CellWeights, variant: Variant, unit: int, values: dict[str, Array]
) -> dict[str, Sum]:
    """The sums of one unit, of the gates that have weights of their own and the candidate.

    `values` are those of `moment.step_values`.
    """
    found = {}
    for gate, base in pre_activations(weights, unit, values["gathered"]).items():
        if gate in variant.lacking:
            continue
        loop = peep = None
        late = gate == "output_gate" and late_output_gate(variant)
        if gate in SWITCHES:
            place = SWITCHES.index(gate)
            if "gates_before" in values and weights.gate_recurrence is not None:
                loop = _looped(weights.gate_recurrence, variant, place, unit, values)
            if variant.peephole and weights.peepholes is not None:
                seen = values["cell_state" if late else "cell_state_before"]
                peep = float(weights.peepholes[place, unit]) * float(seen[unit])
        found[gate] = Sum(base, loop, peep, variant.clip, late)
    return found


def _looped(
    recurrence: Array, variant: Variant, place: int, unit: int, values: dict[str, Array]
) -> float:
    """What the gates of the step before bring: only those with weights of their own send."""
    size = len(recurrence) // 3
    row = recurrence[place * size + unit].reshape(3, size).astype(np.float64)
    sending = [name not in variant.lacking for name in SWITCHES]
    return float(row[sending].ravel() @ values["gates_before"].astype(np.float64))
