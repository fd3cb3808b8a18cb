"""One number taken apart, from the command line."""

import json
import re

from lstmviz.cli import main


def test_a_number_is_taken_apart_in_a_figure(tmp_path, capsys):
    out = tmp_path / "why.svg"
    command = ["export", "demo:counter", "--view", "why", "--step", "7", "--out", str(out)]
    assert main([*command, "--ask", "forget_gate:3"]) == 0
    recipe = json.loads(re.search(r"<desc>(.*?)</desc>", out.read_text())[1].replace("&quot;", '"'))
    assert (recipe["asked"], recipe["unit"], recipe["step"]) == ("forget_gate", 3, 7)
    assert main(command) == 0
    out.unlink()
    for wrong in ("forget_gate:5", "head0", "nothing", "output:x"):
        assert main([*command, "--ask", wrong]) == 2
        assert not out.exists()
    assert capsys.readouterr().err.count("\n") == 4
