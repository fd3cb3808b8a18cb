"""The LSTM of Greff et al. 2015 with their eight variants, number by number, without NumPy.

Written from the equations of their sections 2 and 3, apart from the engine, so that one may be
held against the other; no framework has these variants. Theirs: z is our g, y our h, and the
gates are i, f, o.
"""

from __future__ import annotations

import math

NAMES = ("V", "NIG", "NFG", "NOG", "NIAF", "NOAF", "NP", "CIFG", "FGR")


def sigma(a):
    return 1 / (1 + math.exp(-a))


def unroll(name, weights, xs, y, c):
    """The gates, z, c and y of every step, as lists of floats; `name` is one of NAMES.

    `weights` are lists: "W" (4 by C by I), "R" (4 by C by C), "b" (4 by C) in the order
    i, f, z, o; "p" (3 by C) of i, f, o; "G" [to][from] (3 by 3 by C by C) of i, f, o.
    """
    size = len(c)
    before = {"i": [0.0] * size, "f": [0.0] * size, "o": [0.0] * size}
    rows = []
    for x in xs:
        now = {"i": [], "f": [], "z": [], "o": [], "c": [], "y": []}
        for k in range(size):

            def terms(gate, k=k, x=x, y=y, before=before):
                at = "ifzo".index(gate)
                a = dot(weights["W"][at][k], x) + dot(weights["R"][at][k], y) + weights["b"][at][k]
                if name == "FGR" and gate != "z":
                    to = "ifo".index(gate)
                    for source, letter in enumerate("ifo"):
                        a += dot(weights["G"][to][source][k], before[letter])
                return a

            def peephole(gate, value, k=k):
                return 0.0 if name == "NP" else weights["p"]["ifo".index(gate)][k] * value

            z = terms("z") if name == "NIAF" else math.tanh(terms("z"))
            i = 1.0 if name == "NIG" else sigma(terms("i") + peephole("i", c[k]))
            f = 1.0 if name == "NFG" else sigma(terms("f") + peephole("f", c[k]))
            if name == "CIFG":
                f = 1 - i
            new = z * i + c[k] * f
            o = 1.0 if name == "NOG" else sigma(terms("o") + peephole("o", new))
            out = (new if name == "NOAF" else math.tanh(new)) * o
            for letter, value in zip("ifzocy", (i, f, z, o, new, out), strict=True):
                now[letter].append(value)
        rows.append(now)
        y, c, before = now["y"], now["c"], now
    return rows


def dot(left, right):
    return math.fsum(a * b for a, b in zip(left, right, strict=True))
