r"""Copy what demo:python is measured on into a folder: files it was not trained on.

python tools/held_out.py FOLDER              # those of Python 3.11.7: the same on every machine
python tools/held_out.py FOLDER --library    # those of the Python that runs this
python tools/held_out.py --keep              # keeps the latter in the repository instead

Then every claim of its card is found from scratch (see the README) by

lstmviz analyze demo:python --ask follow --folder FOLDER --array cell_state --out units.csv \
    --annotation prose --annotation prose-comments --annotation indentation --annotation brackets
"""

from __future__ import annotations

import argparse
from pathlib import Path

from demos import source


def main() -> None:
    """Copy them, each named by its path from the library's folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER")
    parser.add_argument("--library", action="store_true", help="of the Python that runs this")
    parser.add_argument("--keep", action="store_true", help="keep them in the repository")
    arguments = parser.parse_args()
    if arguments.keep:
        source.keep()
        print(f"wrote {source.KEPT}")
        return
    folder: Path | None = arguments.folder
    if folder is None:
        parser.error("give a folder to copy them into")
    folder.mkdir(parents=True, exist_ok=True)
    texts = source.beginnings() if arguments.library else source.kept()
    for path, text in texts.items():
        (folder / path.replace("/", ".")).write_text(text, encoding="ascii", newline="\n")
    print(f"{folder}: {len(texts)} files")


if __name__ == "__main__":
    main()
