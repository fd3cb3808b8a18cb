"""What Qt writes as SVG, made smaller: one element a shape, each with its own colours.

Text becomes outlines, so that it looks the same where the fonts are not installed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import lru_cache

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QPainterPath

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
_G, _DEFS, _TITLE, _DESC, _TEXT, _PATH = (
    f"{{{SVG}}}{name}" for name in ("g", "defs", "title", "desc", "text", "path")
)
_FONT = ("font-family", "font-size", "font-weight", "font-style")
_STROKE = ("stroke-width", "stroke-linecap", "stroke-linejoin")
_COMBINES = ("opacity", "transform", "clip-path")
"""What a group and its child both apply; of other attributes the child's wins."""
_INHERITED = {"fill": "none", "stroke": "none", "fill-rule": "evenodd"}
"""Said once, by the outermost group."""
_PLAIN = {"vector-effect": "none", "fill-rule": "evenodd"}
"""What a shape need not say, whatever its group says."""
_SILENT = {
    **_INHERITED,
    **_PLAIN,
    "transform": "matrix(1,0,0,1,0,0)",
    "fill-opacity": "1",
    "stroke-opacity": "1",
}
"""What need not be said right under the outermost group."""


_NO_XML = re.compile("[^\\t\\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML cannot hold, not even escaped (and \\r, which it would read as a newline)."""


def tidy(data: bytes, size: tuple[float, float], title: str, description: str) -> bytes:
    """The same drawing, `size` CSS pixels large, with this title and description.

    Qt wraps every shape in a group that repeats all attributes; groups of one shape become
    that shape, empty ones go, and attributes that say nothing are dropped.
    """
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(_NO_XML.sub("", data.decode()))  # Qt writes them as they are
    drawn = [child for child in root if child.tag == _G]
    definitions = [child for child in root if child.tag == _DEFS and len(child)]
    root[:] = [_note(_TITLE, title), _note(_DESC, description), *definitions, *drawn]
    root.set("width", f"{size[0]:g}")
    root.set("height", f"{size[1]:g}")
    for group in drawn:
        _simplify(group)
        group.attrib.clear()
        group.attrib.update(_INHERITED)
    for element in root.iter():
        element.tail = "\n"
        if element.text is None or not element.text.strip():
            element.text = "\n" if len(element) else None
    body: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def _note(tag: str, text: str) -> ET.Element:
    note = ET.Element(tag)
    note.text = _NO_XML.sub("", text)
    return note


def _simplify(group: ET.Element) -> None:
    """Replace the child groups by what they draw."""
    kept: list[ET.Element] = []
    for child in group:
        if child.tag == _G:
            _simplify(child)
            if not len(child):
                continue
            child = _unwrapped(child)
        else:
            if child.tag == _TEXT:
                _outline(child)
            _strip(child, _PLAIN)
        if kept and child.tag == _G == kept[-1].tag and child.attrib == kept[-1].attrib:
            kept[-1].extend(child)
        else:
            kept.append(child)
    group[:] = kept
    for name in _FONT:
        group.attrib.pop(name, None)


def _unwrapped(group: ET.Element) -> ET.Element:
    """The only child with the group's attributes, where that means the same."""
    _strip(group, _SILENT)
    if len(group) != 1 or "clip-path" in group.attrib:
        return group
    (child,) = group
    if any(name in group.attrib and name in child.attrib for name in _COMBINES):
        return group
    for name, value in group.attrib.items():
        child.attrib.setdefault(name, value)
    _strip(child, _SILENT)
    return child


def _strip(element: ET.Element, silent: dict[str, str]) -> None:
    """Drop the attributes that say nothing."""
    if element.get("stroke") == "none":
        for name in _STROKE:
            element.attrib.pop(name, None)
    for name, value in silent.items():
        if element.get(name) == value:
            del element.attrib[name]


def _outline(text: ET.Element) -> None:
    """Turn a text element, which says its whole font, into a path."""
    x, y, size = (float(text.get(name, "0")) for name in ("x", "y", "font-size"))
    data = _letters(
        text.text or "",
        text.get("font-family", ""),
        int(text.get("font-weight", "400")),
        text.get("font-style") == "italic",
    )
    for name in ("x", "y", f"{{{XML}}}space", *_FONT):
        text.attrib.pop(name, None)
    scale = size / EM
    moves = (f"{letter}{x + a * scale:.2f},{y + b * scale:.2f}" for letter, a, b in data)
    text.tag, text.text = _PATH, None
    text.set("d", "".join(moves))
    text.set("fill-rule", "nonzero")


EM = 2048
"""Font size, in pixels, at which outlines are taken; unhinted, so they scale.

It is the em of the fonts in their own units, so FreeType rounds no point: at other sizes the last
digits of an outline depended on what the process had drawn before.
"""


@lru_cache(maxsize=2048)
def _letters(text: str, family: str, weight: int, italic: bool) -> list[tuple[str, float, float]]:
    """The outlines of a line of text at size `EM`, as path commands with their points."""
    font = QFont(family)
    font.setPixelSize(EM)
    font.setWeight(QFont.Weight(weight))
    font.setItalic(italic)
    font.setKerning(False)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    path = QPainterPath()
    path.addText(QPointF(0, 0), font, text)
    kind = QPainterPath.ElementType
    letters = {kind.MoveToElement: "M", kind.LineToElement: "L", kind.CurveToElement: "C"}
    points = []
    for index in range(path.elementCount()):
        element = path.elementAt(index)
        points.append((letters.get(element.type, " "), element.x, element.y))
    return points
