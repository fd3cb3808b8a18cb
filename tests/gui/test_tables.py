"""The shape arithmetic adds up."""

import re

from anydocuments import documents
from hypothesis import given, settings

from lstmviz.engine.spec import parameters
from lstmviz.gui.tables import arithmetic
from lstmviz.scene.colors import LIGHT
from lstmviz.session import spec_of


@settings(max_examples=60, deadline=None)
@given(documents())
def test_the_rows_sum_up_to_the_total(document):
    spec = spec_of(document)
    for layer, cell in enumerate(spec.layers):
        rows = re.findall(r"<tr>(.*?)</tr>", arithmetic(spec, LIGHT, layer))
        numbers = [int(row.rsplit("&nbsp;", 1)[1].split("<")[0].replace(",", "")) for row in rows]
        total = next(n for row, n in zip(rows, numbers, strict=True) if "one bias" in row)
        assert total == parameters(spec, 1) and numbers[-1] == parameters(spec, 2)
        named = list(zip(rows, numbers, strict=True))
        if len(cell.directions) > 1:
            own = next(n for row, n in named if "both ways" in row)
        else:
            gate = next(at for at, row in enumerate(rows) if "their sum" in row)
            gates = numbers[gate + 1]
            own = gates + sum(n for row, n in named if re.search(r"[pR]<sub>|<sub>hr", row))
        others = sum(n for row, n in named if re.search(r"embedding|layer \d|<sub>y", row))
        assert own + others == total
