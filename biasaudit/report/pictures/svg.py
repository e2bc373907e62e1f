"""Makes the SVG of a chart fit for the inside of a page: nothing active, nothing random, nothing idle."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_SVG = "{http://www.w3.org/2000/svg}"
#: The only elements and attributes that a picture of ours needs; anything else is taken out.
_ELEMENTS = frozenset({"svg", "g", "path", "line", "rect", "text", "tspan", "defs", "clipPath"})
_ATTRIBUTES = frozenset(
    [
        "width",
        "height",
        "viewBox",
        "transform",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "dx",
        "dy",
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-linecap",
        "opacity",
        "fill-opacity",
        "text-anchor",
        "font-size",
        "font-weight",
        "clip-path",
        "id",
    ]
)
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_DECIMALS = 2


def cleaned(svg: str, *, name: str, width: float, height: float) -> str:
    """Strip a chart to what is seen, and name its parts so that no two pictures clash.

    Parameters
    ----------
    svg : str
        What vl-convert drew.
    name : str
        Unlike that of any other picture of the page.
    width, height : float
        Size in pixels.

    Returns
    -------
    str
        An ``<svg>`` element without role or label: the page adds both.
    """
    root = ET.fromstring(svg)  # noqa: S314 - drawn by our own renderer, which escapes every text
    names: dict[str, str] = {}
    for element in root.iter():
        if "id" in element.attrib:
            names[element.attrib["id"]] = f"{name}-{len(names)}"
    _strip(root, names)
    root.attrib.clear()
    root.attrib.update(
        {"viewBox": f"0 0 {_short(str(float(width)))} {_short(str(float(height)))}", "width": f"{width:g}"}
    )
    root.attrib["height"] = f"{height:g}"
    text = ET.tostring(root, encoding="unicode")
    return text.replace(' xmlns:ns0="http://www.w3.org/2000/svg"', "").replace("ns0:", "")


def _strip(element: ET.Element, names: dict[str, str]) -> None:
    for child in list(element):
        if child.tag.removeprefix(_SVG) not in _ELEMENTS or _is_idle(child):
            element.remove(child)
            continue
        _strip(child, names)
        kept = {key: value for key, value in child.attrib.items() if key in _ATTRIBUTES}
        child.attrib.clear()
        child.attrib.update({key: _attribute(key, value, names) for key, value in kept.items()})
        if child.attrib.get("opacity") == "1":
            del child.attrib["opacity"]
        if child.tag == f"{_SVG}g" and not child.attrib and element.tag == f"{_SVG}g":
            _hoist(element, child)


def _is_idle(element: ET.Element) -> bool:
    """Whether an element draws nothing: the empty grounds that Vega lays under every group."""
    return element.get("display") == "none" or element.get("class") in ("background", "foreground")


def _hoist(parent: ET.Element, group: ET.Element) -> None:
    """Put the children of a group that does nothing in its place."""
    at = list(parent).index(group)
    parent.remove(group)
    for offset, child in enumerate(list(group)):
        parent.insert(at + offset, child)


def _attribute(key: str, value: str, names: dict[str, str]) -> str:
    if key == "id":
        return names[value]
    if key == "clip-path":
        return re.sub(r"#([\w-]+)", lambda found: f"#{names.get(found[1], found[1])}", value)
    return _NUMBER.sub(lambda found: _short(found[0]), value)


def _short(number: str) -> str:
    return f"{round(float(number), _DECIMALS):g}"
