"""Croissant with its vocabulary for responsible AI (RAI 1.0), written and read as plain JSON-LD.

RAI names seven things that a provenance knows too, all as free text. The others (the contract chain,
pay, rules, feedback, consent) have no place in it: they are written as one property of our own,
``biasaudit:provenance``, so that nothing is lost on the way there and back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from biasaudit.data.provenance.toml_text import plain_of
from biasaudit.errors import DataError
from biasaudit.spec import ProvenanceSpec, declare_provenance

CROISSANT = "http://mlcommons.org/croissant/1.0"
RAI = "http://mlcommons.org/croissant/RAI/"
RAI_1_0 = "http://mlcommons.org/croissant/RAI/1.0"
#: Namespace of our own words in foreign vocabularies.
OURS = "urn:biasaudit:provenance/1#"
#: Croissant asks for a name; this one says that nobody gave one.
UNNAMED = "labels without a name"

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "biasaudit": OURS,
    "citeAs": "cr:citeAs",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": RAI,
    "sc": "https://schema.org/",
}
#: Words of schema.org and Croissant for keys of [labels].
_ABOUT = {
    "name": "title",
    "description": "description",
    "license": "licence",
    "citeAs": "citation",
    "url": "url",
    "version": "version",
    "datePublished": "published",
}
#: Words of RAI 1.0 for keys of a table; True where it may hold several texts.
_PLACES: dict[str, tuple[str, str, bool]] = {
    "annotationsPerItem": ("labels", "votes_per_item", False),
    "dataAnnotationProtocol": ("labels", "protocol", False),
    "dataAnnotationAnalysis": ("labels", "analysis", True),
    "annotatorDemographics": ("recruitment", "demographics", True),
    "personalSensitiveInformation": ("consent", "personal_data", True),
}
_TIMEFRAME, _PLATFORM, _TOOLS = "dataCollectionTimeframe", "dataAnnotationPlatform", "machineAnnotationTools"
#: Other names that the specification's own text and other programs use for the same.
ALIASES = {
    "annotationPlatform": _PLATFORM,
    "annotationProtocol": "dataAnnotationProtocol",
    "annotationAnalysis": "dataAnnotationAnalysis",
    "annotatorsDemographics": "annotatorDemographics",
    "dataCollectionTimeFrame": _TIMEFRAME,
    "dataAnnotationPerItem": "annotationsPerItem",
    "annotationPerItem": "annotationsPerItem",
    "machineAnnotationTool": _TOOLS,
}
_DAY_LENGTH = len("2021-11-30")


def to_croissant(spec: ProvenanceSpec) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Write a provenance as Croissant with RAI 1.0.

    Parameters
    ----------
    spec : ProvenanceSpec
        The record.

    Returns
    -------
    document : dict
        JSON-LD.
    apart : tuple of str
        Keys that RAI has no word for (``link.name``, ``pay.amount``): they stand in ``biasaudit:provenance``.

    Examples
    --------
    >>> document, apart = to_croissant(ProvenanceSpec(schema=1, labels={"votes_per_item": 3}, pay=[{"basis": "hour"}]))
    >>> document["rai:annotationsPerItem"], apart
    ('3', ('pay.basis',))
    """
    rest = plain_of(spec)
    labels = rest.get("labels", {})
    document: dict[str, Any] = {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": [CROISSANT, RAI_1_0],
        "name": UNNAMED,
    }
    for word, key in _ABOUT.items():
        if key in labels:
            document[word] = labels.pop(key)
    for word, (table, key, _) in _PLACES.items():
        if key in rest.get(table, {}):
            held = rest[table].pop(key)
            document[f"rai:{word}"] = held if isinstance(held, list) else str(held)
    if "began" in labels and "ended" in labels:
        document[f"rai:{_TIMEFRAME}"] = [labels.pop("began"), labels.pop("ended")]
    if platforms := _platforms(spec):
        document[f"rai:{_PLATFORM}"] = platforms
    if tools := _tools(spec):
        document[f"rai:{_TOOLS}"] = tools
    rest = {key: held for key, held in rest.items() if held != {}}
    apart = tuple(dict.fromkeys(_keys(rest)))
    if apart:
        document["biasaudit:provenance"] = json.dumps(rest, sort_keys=True, ensure_ascii=False)
    return document, apart


def from_croissant(document: Any, source: str = "the Croissant file") -> tuple[ProvenanceSpec, tuple[str, ...]]:
    """Read a provenance from Croissant with RAI 1.0, ours or anybody's.

    Parameters
    ----------
    document : dict
        JSON-LD as ``json`` reads it; terms may be written ``rai:x``, in full, or by the names that
        other programs use.
    source : str
        Name for messages.

    Returns
    -------
    spec : ProvenanceSpec
        What it says of how labels were made.
    apart : tuple of str
        Terms of RAI that a provenance has no key for, such as ``rai:dataBiases``.

    Raises
    ------
    DataError
        Where it is no data set of Croissant.
    DeclarationError
        Where what it says does not fit the grammar of a provenance.
    """
    node = _dataset(document, source)
    plain = _rest(node, source)
    told = {_term(key): held for key, held in node.items()}
    labels: dict[str, Any] = plain.setdefault("labels", {})
    apart: list[str] = []
    for word, key in _ABOUT.items():
        text = _joined(told.get(word))
        if text and text != UNNAMED:
            labels[key] = text[:_DAY_LENGTH] if key == "published" else text
    for word, held in told.items():
        texts = _texts(held)
        if not word.startswith("rai:") or not texts:
            continue
        name = word.removeprefix("rai:")
        if name in _PLACES:
            table, key, is_list = _PLACES[name]
            plain.setdefault(table, {})[key] = texts if is_list else "\n".join(texts)
        elif name == _TIMEFRAME and len(texts) <= 2:  # noqa: PLR2004 - a first day and a last
            labels.update(zip(("began", "ended"), (text[:_DAY_LENGTH] for text in texts), strict=False))
        elif name == _PLATFORM:
            _add_platforms(plain, texts)
        elif name == _TOOLS:
            _add_tools(plain, texts)
        else:
            apart.append(word)
    plain = {key: held for key, held in plain.items() if held not in ({}, [])}
    return declare_provenance({"schema": 1, **plain}, source).spec, tuple(apart)


def _platforms(spec: ProvenanceSpec) -> list[str]:
    return [link.name for link in spec.link if link.role == "platform" and link.name]


def _tools(spec: ProvenanceSpec) -> list[str]:
    return [f"{tool.name} {tool.version}" if tool.version else tool.name for tool in spec.tool if tool.name]


def _add_platforms(plain: dict[str, Any], names: list[str]) -> None:
    links = plain.setdefault("link", [])
    there = [link.get("name") for link in links if isinstance(link, dict)]
    links += [{"name": name, "role": "platform"} for name in names if name not in there]


def _add_tools(plain: dict[str, Any], names: list[str]) -> None:
    tools = plain.setdefault("tool", [])
    there = [
        " ".join(filter(None, (tool.get("name"), tool.get("version")))) for tool in tools if isinstance(tool, dict)
    ]
    tools += [{"name": name} for name in names if name not in there]


def _keys(rest: Mapping[str, Any]) -> list[str]:
    """Name the keys of what is left, ``schema`` aside."""
    keys = []
    for table, held in rest.items():
        entries = held if isinstance(held, list) else [held]
        inner = [f"{table}.{key}" for entry in entries if isinstance(entry, dict) for key in entry]
        keys += inner or ([table] if table != "schema" else [])
    return keys


def _dataset(document: Any, source: str) -> Mapping[str, Any]:
    """Find the data set in a document, which may be one node or a graph of them."""
    nodes = document.get("@graph", [document]) if isinstance(document, dict) else document
    for node in nodes if isinstance(nodes, list) else []:
        kinds = node.get("@type", []) if isinstance(node, dict) else []
        if any(str(kind).rpartition("/")[2].rpartition(":")[2] == "Dataset" for kind in _listed(kinds)):
            return {str(key): held for key, held in node.items()}
    raise DataError(f"{source}: no node of type Dataset stands in it, so that it is no Croissant file.")


def _rest(node: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Read back what RAI had no word for."""
    held = _joined(next((node[key] for key in ("biasaudit:provenance", f"{OURS}provenance") if key in node), None))
    try:
        plain = json.loads(held) if held else {}
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source}: biasaudit:provenance is no JSON text ({error}).") from None
    if not isinstance(plain, dict) or not all(
        isinstance(plain.get(key, {}), dict) for key in ("labels", "recruitment", "consent")
    ):
        raise DataError(f"{source}: biasaudit:provenance holds no tables.")
    if not all(isinstance(plain.get(key, []), list) for key in ("link", "tool")):
        raise DataError(f"{source}: biasaudit:provenance holds links or tools that are no lists.")
    return plain


def _term(key: str) -> str:
    """Write a term in short, by the name of the table of RAI 1.0."""
    for long, short in (
        (RAI, "rai:"),
        ("https://schema.org/", ""),
        ("sc:", ""),
        ("http://mlcommons.org/croissant/", ""),
        ("cr:", ""),
    ):
        if key.startswith(long):
            key = short + key.removeprefix(long)
            break
    name = key.removeprefix("rai:")
    name = ALIASES.get(name, name)
    return f"rai:{name}" if key.startswith("rai:") or name in (*_PLACES, _TIMEFRAME, _PLATFORM, _TOOLS) else name


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [] if held is None else [held]


def _texts(held: Any) -> list[str]:
    """Read the texts of a value of JSON-LD."""
    texts = []
    for one in _listed(held):
        value = one.get("@value", one.get("@id")) if isinstance(one, dict) else one
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value):
            texts.append(str(value))
    return texts


def _joined(held: Any) -> str:
    return "\n".join(_texts(held))
