"""Write resources/fonts/advances.json: how wide each character of the bundled fonts is.

Layout measures text without Qt from this table. Units are 1/2048 of the font size.
Run: python tools/font_advances.py
"""

from __future__ import annotations

import json
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).parent.parent / "resources" / "fonts"
FACES = {"sans": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "mono": "DejaVuSansMono.ttf"}
RANGES = [(0x20, 0x7F), (0xA0, 0x180), (0x370, 0x400), (0x1E00, 0x1F00), (0x2000, 0x2400)]
RANGES += [(0x2423, 0x2424), (0x2500, 0x27C0)]


def advances(face: str) -> dict[str, int]:
    """Advance of every character of `RANGES`, for one face."""
    font = ImageFont.truetype(str(FONTS / FACES[face]), 2048, layout_engine=ImageFont.Layout.BASIC)
    characters = [chr(code) for low, high in RANGES for code in range(low, high)]
    return {character: round(font.getlength(character)) for character in characters}


if __name__ == "__main__":
    table = {face: advances(face) for face in FACES}
    text = json.dumps(table, ensure_ascii=True, separators=(",", ":"))
    (FONTS / "advances.json").write_text(text + "\n", encoding="ascii")
