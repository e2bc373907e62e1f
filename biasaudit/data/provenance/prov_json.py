"""W3C PROV as PROV-JSON: links of the chain are agents that act on behalf of each other, labelling is an activity.

A link that nobody told of stays a missing edge. Everything that PROV has no word for is an attribute
of our own namespace, so that nothing is lost on the way there and back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from biasaudit.data.provenance.croissant import OURS
from biasaudit.data.provenance.toml_text import plain_of
from biasaudit.errors import DataError
from biasaudit.spec import ProvenanceSpec, declare_provenance
from biasaudit.spec.chain import places_of

#: Tables whose keys are attributes of the activity of labelling.
_OF_LABELLING = ("recruitment", "quality", "feedback", "consent", "columns")
#: Tables with several entries, what each is called, and the kind of PROV it is.
_ENTRIES = {"link": "agent", "tool": "agent", "guideline": "entity", "pay": "entity"}
_ORGANISATIONS = ("client", "vendor", "subcontractor", "platform", "channel")
_NUMBERED = re.compile(r"(link|tool|guideline|pay)-(\d{1,9})")
_WHOLE_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_LENGTH = len("2021-11-30")


def to_prov(spec: ProvenanceSpec) -> dict[str, Any]:
    """Write a provenance as PROV-JSON.

    Parameters
    ----------
    spec : ProvenanceSpec
        The record.

    Returns
    -------
    dict
        A PROV-JSON document: agents for the links (``actedOnBehalfOf`` the one above, where that is
        known) and tools, an activity of labelling and one of agreeing, plans for guidelines and rule.

    Examples
    --------
    >>> chain = [{"name": "A"}, {"name": "B"}, {"name": "D", "level": 4}]
    >>> [edge["prov:delegate"] for edge in to_prov(ProvenanceSpec(schema=1, link=chain))["actedOnBehalfOf"].values()]
    ['biasaudit:link-2']
    """
    plain = plain_of(spec)
    document: dict[str, Any] = {
        "prefix": {"biasaudit": OURS},
        "entity": {"biasaudit:labels": {**_typed("biasaudit:Labels"), **_attributes(plain.get("labels", {}))}},
        "activity": {"biasaudit:labelling": _labelling(plain)},
        "agent": {},
        "wasGeneratedBy": {},
    }
    if title := plain.get("labels", {}).get("title"):
        document["entity"]["biasaudit:labels"]["prov:label"] = title
    for table, kind in _ENTRIES.items():
        for number, entry in enumerate(plain.get(table, []), start=1):
            document[kind][f"biasaudit:{table}-{number}"] = _entry(table, entry)
    made_by = "biasaudit:labelling"
    if "rule" in plain:
        document["entity"]["biasaudit:rule"] = {**_typed("prov:Plan"), **_attributes(plain["rule"])}
        document["activity"]["biasaudit:agreeing"] = {}
        document["used"] = {"_:rule": {"prov:activity": "biasaudit:agreeing", "prov:entity": "biasaudit:rule"}}
        document["wasInformedBy"] = {"_:agreed": {"prov:informed": "biasaudit:agreeing", "prov:informant": made_by}}
        made_by = "biasaudit:agreeing"
    document["wasGeneratedBy"]["_:labels"] = {"prov:entity": "biasaudit:labels", "prov:activity": made_by}
    _relate(document, spec)
    return {key: held for key, held in document.items() if held}


def _relate(document: dict[str, Any], spec: ProvenanceSpec) -> None:
    """Add who acted for whom, who labelled under which plan, and what it was paid."""
    labelling = "biasaudit:labelling"
    places = places_of(spec.link)
    document["actedOnBehalfOf"] = {
        f"_:contract-{at}": {
            "prov:delegate": f"biasaudit:link-{at}",
            "prov:responsible": f"biasaudit:link-{place.works_for + 1}",
            "prov:activity": labelling,
        }
        for at, place in enumerate(places, start=1)
        if place.works_for is not None
    }
    plan = {"prov:plan": "biasaudit:guideline-1"} if len(spec.guideline) == 1 else {}
    has_below = {place.above for place in places}
    who = [f"biasaudit:link-{at + 1}" for at in range(len(places)) if at not in has_below]
    who += [f"biasaudit:tool-{at + 1}" for at in range(len(spec.tool))]
    document["wasAssociatedWith"] = {
        f"_:who-{at}": {"prov:activity": labelling, "prov:agent": agent, **plan}
        for at, agent in enumerate(who, start=1)
    }
    document.setdefault("used", {}).update(
        {
            f"_:guideline-{at + 1}": {"prov:activity": labelling, "prov:entity": f"biasaudit:guideline-{at + 1}"}
            for at in range(len(spec.guideline))
        }
    )
    document["wasInfluencedBy"] = {
        f"_:pay-{at + 1}": {"prov:influencee": labelling, "prov:influencer": f"biasaudit:pay-{at + 1}"}
        for at in range(len(spec.pay))
    }


def _labelling(plain: Mapping[str, Any]) -> dict[str, Any]:
    labels = plain.get("labels", {})
    activity: dict[str, Any] = {}
    for key, word in (("began", "prov:startTime"), ("ended", "prov:endTime")):
        if _WHOLE_DAY.fullmatch(labels.get(key, "")):
            activity[word] = f"{labels[key]}T00:00:00"
    for table in _OF_LABELLING:
        activity |= _attributes({f"{table}.{key}": held for key, held in plain.get(table, {}).items()})
    return activity | _attributes({key: plain[key] for key in ("not_known",) if key in plain})


def _entry(table: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = {"tool": "prov:SoftwareAgent", "guideline": "prov:Plan", "pay": "biasaudit:Pay"}.get(table, "")
    if table == "link" and entry.get("role") in _ORGANISATIONS:
        kind = "prov:Organization"
    label = entry.get("name") or entry.get("id")
    return {**(_typed(kind) if kind else {}), **({"prov:label": label} if label else {}), **_attributes(entry)}


def _typed(kind: str) -> dict[str, Any]:
    return {"prov:type": {"$": kind, "type": "prov:QUALIFIED_NAME"}}


def _attributes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {f"biasaudit:{key}": _literal(held) for key, held in table.items()}


def _literal(held: Any) -> Any:
    """Write a value as PROV-JSON has it; lists and tables as JSON text of a type of our own."""
    if isinstance(held, (list, dict)):
        return {"$": json.dumps(held, ensure_ascii=False, sort_keys=True), "type": "biasaudit:json"}
    return held


def from_prov(document: Any, source: str = "the PROV file") -> tuple[ProvenanceSpec, tuple[str, ...]]:
    """Read a provenance from PROV-JSON, ours or anybody's.

    Agents become links, with ``under`` from ``actedOnBehalfOf``; programs become tools; plans become
    guidelines; the times of activities become the first and last day. People are left out: they may
    be annotators, whose names stand nowhere.

    Parameters
    ----------
    document : dict
        PROV-JSON as ``json`` reads it.
    source : str
        Name for messages.

    Returns
    -------
    spec : ProvenanceSpec
        What it says of how labels were made.
    apart : tuple of str
        Records that were not read, by their kind.

    Raises
    ------
    DataError
        Where it is no PROV-JSON.
    DeclarationError
        Where what it says does not fit the grammar of a provenance.
    """
    if not isinstance(document, dict) or not any(
        isinstance(document.get(kind), dict) for kind in ("agent", "entity", "activity")
    ):
        raise DataError(f"{source}: no agent, entity or activity stands in it, so that it is no PROV-JSON.")
    ours = next((key for key, iri in _records(document, "prefix") if iri == OURS), "")
    plain: dict[str, Any] = {"schema": 1}
    apart: list[str] = []
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    names: dict[str, str] = {}
    for kind in ("agent", "entity", "activity"):
        for at, (identifier, record) in enumerate(_records(document, kind)):
            if isinstance(record, dict) and not _take(
                plain, found, kind, identifier, record, ours=ours, at=at, names=names
            ):
                apart.append(kind)
    for table, entries in found.items():
        plain[table] = [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]
    _take_edges(document, plain, names)
    return declare_provenance(plain, source).spec, tuple(dict.fromkeys(apart))


def _take(
    plain: dict[str, Any],
    found: dict[str, list[tuple[int, dict[str, Any]]]],
    kind: str,
    identifier: str,
    record: Mapping[str, Any],
    *,
    ours: str,
    at: int,
    names: dict[str, str],
) -> bool:
    """Take one record over; tell whether it had a place."""
    prefix, _, local = identifier.rpartition(":")
    held = {
        key.removeprefix(f"{ours}:"): _read_literal(one, ours)
        for key, one in record.items()
        if ours and key.startswith(f"{ours}:")
    }
    if ours and prefix == ours:
        if numbered := _NUMBERED.fullmatch(local):
            found.setdefault(numbered[1], []).append((int(numbered[2]), held))
        elif local in ("labels", "rule"):
            plain[local] = held
        else:
            _take_labelling(plain, held)
        return True
    kinds = {str(_read_literal(one, ours)).rpartition(":")[2] for one in _listed(record.get("prov:type"))}
    label = str(_read_literal(next(iter(_listed(record.get("prov:label"))), None), ours) or local or identifier)
    if kind == "agent" and "Person" not in kinds:
        table = "tool" if "SoftwareAgent" in kinds else "link"
        entry = {"name": label} if table == "tool" else {"id": identifier, "name": label}
        found.setdefault(table, []).append((at, entry))
        names[identifier] = table
        return True
    if kind == "entity" and "Plan" in kinds:
        found.setdefault("guideline", []).append((at, {"id": label}))
        return True
    if kind == "activity":
        return _take_times(plain, record, ours)
    return False


def _take_labelling(plain: dict[str, Any], held: Mapping[str, Any]) -> None:
    """Give the attributes of the labelling back to the tables they came from."""
    for key, one in held.items():
        table, dot, inner = key.partition(".")
        if dot and table in _OF_LABELLING:
            plain.setdefault(table, {})[inner] = one
        elif key == "not_known":
            plain[key] = one


def _take_times(plain: dict[str, Any], record: Mapping[str, Any], ours: str) -> bool:
    labels = plain.setdefault("labels", {})
    for word, key, pick in (("prov:startTime", "began", min), ("prov:endTime", "ended", max)):
        day = str(_read_literal(record.get(word), ours) or "")[:_DAY_LENGTH]
        if _WHOLE_DAY.fullmatch(day):
            labels[key] = pick(labels.get(key, day), day)
    return bool(labels)


def _take_edges(document: Mapping[str, Any], plain: dict[str, Any], names: Mapping[str, str]) -> None:
    """Give each foreign agent the one it acted for; one that acted for nobody stands at the top, with no edge made up."""
    links = {link.get("id"): link for link in plain.get("link", [])}
    for _, edge in _records(document, "actedOnBehalfOf"):
        if isinstance(edge, dict):
            delegate, responsible = edge.get("prov:delegate"), edge.get("prov:responsible")
            if names.get(str(delegate)) == names.get(str(responsible)) == "link" and delegate != responsible:
                links[delegate].setdefault("under", responsible)
    for identifier, link in links.items():
        if names.get(str(identifier)) == "link" and "under" not in link:
            link["level"] = 1
    if plain.get("labels") == {}:
        del plain["labels"]


def _records(document: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Any]]:
    """List the records of a kind; PROV-JSON may hold several of one name as a list."""
    held = document.get(kind)
    for identifier, record in held.items() if isinstance(held, dict) else ():
        for one in _listed(record):
            yield str(identifier), one


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [] if held is None else [held]


def _read_literal(held: Any, ours: str) -> Any:
    """Read a value of PROV-JSON back."""
    if not isinstance(held, dict) or "$" not in held:
        return held
    value, kind = held["$"], str(held.get("type", ""))
    if kind == f"{ours}:json" and ours and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if kind.rpartition(":")[2] == "boolean":
        return str(value).lower() == "true"
    return value
