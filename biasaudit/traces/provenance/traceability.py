"""For what share of labels it is known who gave them, where, under which guideline, for what pay, how long, through whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, Table
from biasaudit.results import KNOWN, NOT_RECORDED, AttributeFacts, GroupKnown, LinkShare, Traceability, UnitKnown
from biasaudit.results.provenance import Known
from biasaudit.spec import ProvenanceSpec
from biasaudit.spec.provenance import GuidelineSpec, PaySpec
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.provenance.contract_chain import (
    FollowedChain,
    chain_links,
    follow_chain,
    labels_of_unit,
    missing_links,
)
from biasaudit.traces.provenance.facts import facts_of

#: Last words of a unit's or attribute's name that tell a link itself, where [columns] names none.
_COUNTRY, _GUIDELINE = ("country",), ("guideline", "guidelines", "instructions")
#: How the reason begins with which a log counts labels that nobody is known to have given.
_NOBODY = ("labels without an annotator",)

Mask = tuple[BoolArray, BoolArray]


def measure_traceability(
    log: AnnotationLog,
    provenance: ProvenanceSpec | None = None,
    table: Table | None = None,
    attributes: Sequence[AttributeFacts] = (),
) -> Traceability:
    """Measure for what share of labels each link of their making is known.

    A thing is known of a label where the log says it in that label's row, or the provenance declares
    it for the label's unit (or for all labels). Shares count the labels of the log: nothing is
    estimated, so there is no interval. *Who* also counts labels left out because the log names nobody.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    provenance : ProvenanceSpec, optional
        How they were made, as declared.
    table : Table, optional
        The items, for shares by group.
    attributes : sequence of AttributeFacts
        Attributes and intersections with their groups.

    Returns
    -------
    Traceability
        Shares over all labels, by unit (of at least five annotators) and by group; the contract
        chain; what is missing in it; and every fact of the provenance.

    Examples
    --------
    >>> import pandas as pd
    >>> from biasaudit.results import Fingerprint
    >>> frame = pd.DataFrame({"item": [0, 1], "annotator": [0, 1], "label": 1.0, "pay": [0.1, None], "seconds": 3.0})
    >>> source = Fingerprint(role="annotations", source="x", sha256="0" * 64)
    >>> log = AnnotationLog(frame=frame, units=(), attributes=(), dropped=(), fingerprint=source)
    >>> {one.link: one.share for one in measure_traceability(log).links}
    {'who': 1.0, 'where': 0.0, 'guideline': 0.0, 'pay': 0.5, 'duration': 1.0, 'chain': 0.0}
    """
    spec = provenance or ProvenanceSpec.model_validate({"schema": 1})
    followed = follow_chain(log, spec)
    masks = _masks(log, spec, followed)
    known = {link: by_log | declared for link, (by_log, declared) in masks.items()}
    n_labels = len(log.frame)
    return Traceability(
        declared=provenance is not None,
        complete=float(np.logical_and.reduce(list(known.values())).mean()) if n_labels else None,
        links=(*_shares(log, masks), *_unit_columns(log)),
        units=_by_unit(log, known),
        groups=_by_group(log, known, table, attributes) if table is not None else (),
        chain=chain_links(log, followed),
        missing=missing_links(log, followed),
        facts=() if provenance is None else facts_of(provenance),
    )


def _masks(log: AnnotationLog, spec: ProvenanceSpec, followed: FollowedChain) -> dict[Known, Mask]:
    """Tell for each label what the log says of it, and what the provenance declares."""
    frame, n_labels = log.frame, len(log.frame)
    nothing = np.zeros(n_labels, dtype=bool)
    countries = np.array([len(link.country) == 1 for link in spec.link] + [False, False])
    whole = np.array([followed.is_whole(at) for at in range(len(spec.link))] + [False, False])
    # The two marks for "no link" and "one of several" are -1 and -2: both lead to False at the end.
    lives_in_one = len(spec.recruitment.countries) == 1
    return {
        "who": (np.ones(n_labels, dtype=bool), nothing),
        "where": (_told(log, spec.columns.country, _COUNTRY), countries[followed.lowest] | lives_in_one),
        "guideline": (_told(log, spec.columns.guideline, _GUIDELINE), _declared(log, spec.guideline)),
        "pay": (frame["pay"].notna().to_numpy(), _declared(log, spec.pay)),
        "duration": (frame["seconds"].notna().to_numpy(), nothing),
        "chain": (nothing, whole[followed.lowest]),
    }


def _told(log: AnnotationLog, named: str | None, words: tuple[str, ...]) -> BoolArray:
    """Tell for which labels a column of the log that speaks of a thing says it."""
    kinds = [f"unit:{kind}" for kind in log.units] + [f"attribute:{kind}" for kind in log.attributes]
    told = np.zeros(len(log.frame), dtype=bool)
    for column in kinds:
        kind = column.partition(":")[2]
        last = kind.lower().replace("-", "_").replace(" ", "_").rpartition("_")[2]
        if kind == named or (named is None and last in words):
            told |= (log.frame[column].astype(str) != NOT_RECORDED).to_numpy()
    return told


def _declared(log: AnnotationLog, entries: Sequence[GuidelineSpec | PaySpec]) -> BoolArray:
    """Tell for which labels one entry, and one alone, says it; entries for a unit go before those for all."""
    found = np.zeros(len(log.frame), dtype=bool)
    taken = np.zeros(len(log.frame), dtype=bool)
    for is_of_unit in (True, False):
        count = np.zeros(len(log.frame), dtype=int)
        says = np.zeros(len(log.frame), dtype=bool)
        for entry in entries:
            if bool(entry.unit) == is_of_unit:
                mine = labels_of_unit(log, entry.unit) & ~taken
                count += mine
                says |= mine & _says(entry)
        found |= (count == 1) & says
        taken |= count > 0
    return found


def _says(entry: GuidelineSpec | PaySpec) -> bool:
    if isinstance(entry, PaySpec):
        return entry.is_known
    return bool(entry.id or entry.version or entry.sha256)


def _shares(log: AnnotationLog, masks: Mapping[Known, Mask]) -> tuple[LinkShare, ...]:
    nobody = sum(one.rows for one in log.dropped if one.reason.startswith(_NOBODY))
    found = []
    for link in KNOWN:
        by_log, declared = masks[link]
        n_labels = len(by_log) + (nobody if link == "who" else 0)
        n_known = int((by_log | declared).sum())
        found.append(_share(link, n_known, n_labels, told_by=_told_by(by_log, declared)))
    return tuple(found)


def _unit_columns(log: AnnotationLog) -> tuple[LinkShare, ...]:
    """Tell for what share of labels the log names each declared unit."""
    found = []
    for kind in log.units:
        told = (log.frame[f"unit:{kind}"].astype(str) != NOT_RECORDED).to_numpy()
        told_by: Literal["log", "nobody"] = "log" if told.any() else "nobody"
        found.append(_share(kind, int(told.sum()), len(told), told_by=told_by, is_unit=True))
    return tuple(found)


def _share(
    link: str,
    n_known: int,
    n_labels: int,
    *,
    told_by: Literal["log", "declaration", "both", "nobody"],
    is_unit: bool = False,
) -> LinkShare:
    share = n_known / n_labels if n_labels else 0.0
    return LinkShare(link=link, is_unit=is_unit, share=share, n_labels=n_labels, n_known=n_known, told_by=told_by)


def _told_by(by_log: BoolArray, declared: BoolArray) -> Literal["log", "declaration", "both", "nobody"]:
    if by_log.any():
        return "both" if declared.any() else "log"
    return "declaration" if declared.any() else "nobody"


def _by_unit(log: AnnotationLog, known: Mapping[Known, BoolArray]) -> tuple[UnitKnown, ...]:
    found = []
    annotator = log.frame["annotator"].to_numpy()
    for kind in log.units:
        units = log.frame[f"unit:{kind}"].astype(str).to_numpy()
        for unit in sorted(set(units)):
            mine = units == unit
            annotators = len(np.unique(annotator[mine]))
            if annotators >= FEWEST_ANNOTATORS:
                found += [
                    UnitKnown(
                        unit_kind=kind,
                        unit=str(unit),
                        link=link,
                        share=float(told[mine].mean()),
                        n_labels=int(mine.sum()),
                        annotators=annotators,
                    )
                    for link, told in known.items()
                ]
    return tuple(found)


def _by_group(
    log: AnnotationLog, known: Mapping[Known, BoolArray], table: Table, attributes: Sequence[AttributeFacts]
) -> tuple[GroupKnown, ...]:
    item = log.frame["item"].to_numpy()
    found = []
    for facts in attributes:
        groups = table.attribute(facts.name)
        code = np.asarray(groups.codes)[item]
        names = {str(name): at for at, name in enumerate(groups.categories)}
        for size in facts.groups:
            mine = code == names.get(size.group, -1)
            if not mine.any():
                continue
            counts = {"n_items": len(np.unique(item[mine])), "n_labels": int(mine.sum())}
            found += [
                GroupKnown(attribute=facts.name, group=size.group, link=link, share=float(told[mine].mean()), **counts)
                for link, told in known.items()
            ]
    return tuple(found)
