"""What Qt writes as SVG, made smaller: one element a shape, each with its own colours."""

from __future__ import annotations

import xml.etree.ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_G, _DEFS, _TITLE, _DESC = (f"{{{SVG}}}{name}" for name in ("g", "defs", "title", "desc"))
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


def tidy(data: bytes, size: tuple[float, float], title: str, description: str) -> bytes:
    """The same drawing, `size` CSS pixels large, with this title and description.

    Qt wraps every shape in a group that repeats all attributes; groups of one shape become
    that shape, empty ones go, and attributes that say nothing are dropped.
    """
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(data)
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
    """Text without the characters that XML cannot hold."""
    note = ET.Element(tag)
    note.text = "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c < "\ue000")
    )
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
            _strip(child, _PLAIN)
        if kept and child.tag == _G == kept[-1].tag and child.attrib == kept[-1].attrib:
            kept[-1].extend(child)
        else:
            kept.append(child)
    group[:] = kept
    for name in _FONT:  # a text element says its own
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
