"""Which of a file's LSTMs is opened."""

from __future__ import annotations

from collections.abc import Sequence

from lstmviz.models.certificate import Found, SeveralLstmsError

MOST_NAMED = 12


def joined(names: Sequence[str]) -> str:
    """What a stack is picked by: the names of its layers, of many the first and the last."""
    return "+".join(names) if len(names) <= 3 else f"{names[0]}…{names[-1]}"


def pick(wholes: Sequence[Found], singles: Sequence[Found], lstm: str | None, where: str) -> int:
    """The index among `wholes` and then `singles` of the LSTM of that name.

    `singles` are the layers of stacks, which may be named to see one alone. Without a name it is
    the only one of `wholes`. Raises `SeveralLstmsError` if there are several, or none of that name.
    """
    choices = (*wholes, *singles)
    names = [found.name for found in choices]
    if lstm in names:
        return names.index(lstm)
    if lstm is None and len(wholes) == 1:
        return 0
    if lstm is None:
        message = (
            f"{where} holds {len(wholes)} LSTMs, {_listed(wholes)}; pick one by its name "
            "(--lstm NAME)."
        )
    else:
        message = f"{where} holds no LSTM named {lstm[:80]!r}; there is {_listed(choices)}."
    raise SeveralLstmsError(message, choices)


def _listed(found: Sequence[Found]) -> str:
    rows = [f"{each.name[:80]} ({each.sizes[0]} → {each.sizes[2]})" for each in found[:MOST_NAMED]]
    return ", ".join(rows) + (" …" if len(found) > MOST_NAMED else "")
