r"""Copy what demo:python is measured on into a folder: files it was not trained on.

python tools/held_out.py FOLDER

Then every claim of its card is found from scratch (see the README) by

lstmviz analyze demo:python --ask follow --folder FOLDER --array cell_state --out units.csv \
    --annotation strings --annotation comments --annotation indentation --annotation brackets
"""

from __future__ import annotations

import argparse
import sysconfig
from pathlib import Path

from demos import source
from demos.python_code import LONGEST


def begun(text: str) -> str:
    """The lines of a text that lie within as many characters as are measured."""
    if len(text) <= LONGEST:
        return text
    return text[: text.rindex("\n", 0, LONGEST) + 1]


def main() -> None:
    """Copy them, each named by its path from the library's folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(sysconfig.get_path("stdlib"))
    _, held = source.files()
    for path in held:
        name = ".".join(path.relative_to(root).parts)
        (folder / name).write_text(begun(source.text_of(path)), encoding="ascii", newline="\n")
    print(f"{folder}: {len(held)} files")


if __name__ == "__main__":
    main()
