"""Measure the bundled demos again from their stored weights, with NumPy alone.

python tools/measure_demos.py [NAME …] [--write]

Prints each demo's card as it comes out now, and what differs from the card in its file. With
`--write` the file gets the new card.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from demos import task_of
from demos.common import packed

from lstmviz.models import DEMOS, load, npz
from lstmviz.resources import path as resource


def main() -> None:
    """Measure what is named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(DEMOS))
    parser.add_argument("--write", action="store_true", help="put the new card into the file")
    arguments = parser.parse_args()
    for name in arguments.names or DEMOS:
        if name not in DEMOS:
            parser.error(f"{name!r} is none of {' '.join(DEMOS)}")
        network = load(f"demo:{name}")
        notes = task_of(name).card(network)
        print(network.title)
        for key, words in notes.items():
            print(f"  {key:<11} {words}")
            if network.notes.get(key) != words:
                print(f"  {'':<11} (in the file: {network.notes.get(key, 'nothing')})")
        if arguments.write:
            path = resource("demos", f"{name}.npz")
            npz.save(packed(replace(network, notes=notes)), path)
            print(f"  wrote {path.name}")


if __name__ == "__main__":
    main()
