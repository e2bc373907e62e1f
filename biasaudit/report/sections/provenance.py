"""How the labels were made: what is known of each, through which contracts they came, and what nobody said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from biasaudit.report.comparisons import by_telling
from biasaudit.report.edition import Edition
from biasaudit.report.messages import Filling, Listed, Message, Words, listed, message
from biasaudit.report.provenance_words import (
    CONTRACTS,
    LINK_ROLES,
    MINORITIES,
    PAY,
    QUESTIONS,
    SHARES,
    THINGS,
    TOLD_BY,
)
from biasaudit.report.verdicts import people_of
from biasaudit.report.words import RULES, STATUSES, termed
from biasaudit.results import ChainLink, Fact, GroupKnown, Traceability, Value
from biasaudit.results.sentences import count, in_100, name, number

#: Questions that have a row whatever the answer; others without an answer are listed below the table.
ALWAYS = ("guideline.id", "pay.amount", "rule.name", "rule.ties", "rule.minority_paid", "feedback.channel")
#: Shares under this (10 in 100) are read with one decimal.
SMALL = 0.1
#: Shares of two groups closer than this (half a label in 100) read as the same.
SAME = 0.005


def provenance_parts(edition: Edition) -> dict[str, Any]:
    """Gather what is known about the making of the labels, in the order in which it is read."""
    trace = edition.result.trace
    traced = trace.traceability if trace else Traceability()
    return {
        "traced": traced,
        "known_told": _told(traced),
        "things": THINGS,
        "told_by": TOLD_BY,
        "links_known": list(enumerate(traced.links)),
        "by_group": _by_group(edition, traced),
        "by_unit": _by_unit(traced),
        "chains": _chains(traced, trace.annotators if trace else None),
        "missing_whole": [at for at, one in enumerate(traced.missing) if one.kind in ("chain", "unit", "branch")],
        "missing_said": {at: _missing(traced, at) for at in range(len(traced.missing))},
        "facts": [(_question(fact), _answer(fact), _founded(fact), fact) for fact in traced.facts if _has_row(fact)],
        "open": _open_questions(traced.facts),
        "unpaid_minority": any(fact.key == "minority_paid" and fact.is_so is False for fact in traced.facts),
    }


def _told(traced: Traceability) -> list[Message]:
    if not traced.links:
        return []
    told = []
    if not traced.declared:
        told.append(
            message(
                "No provenance.toml was given: beyond what the log itself holds, nobody said how these labels were made."
            )
        )
    if traced.complete:
        told.append(message("All six are known for {share} in 100 labels.", share=_small_share(traced.complete)))
    else:
        told.append(message("There is no label for which all six are known."))
    return told


def _by_group(edition: Edition, traced: Traceability) -> dict[str, Any]:
    """Lay shares out by attribute, group and thing, and say where less is known."""
    held: dict[str, dict[str, dict[str, GroupKnown]]] = {}
    for one in traced.groups:
        held.setdefault(one.attribute, {}).setdefault(one.group, {})[one.link] = one
    order = [facts.name for facts in by_telling(edition.result) if facts.name in held]
    widest = max((_widest(held[attribute]) for attribute in order), key=lambda pair: pair[0], default=(0.0, None))
    return {
        "tables": [(attribute, held[attribute]) for attribute in order] if widest[0] > SAME else [],
        "said": _less_known(edition, widest[1])
        if widest[0] > SAME
        else message("No less is known about the labels of one group of people than about those of another."),
        "is_shown": bool(order),
    }


def _widest(groups: dict[str, dict[str, GroupKnown]]) -> tuple[float, tuple[GroupKnown, GroupKnown] | None]:
    """Find the thing whose share differs most between two groups."""
    found: tuple[float, tuple[GroupKnown, GroupKnown] | None] = (0.0, None)
    for thing in THINGS:
        shares = [row[thing] for row in groups.values() if thing in row and row[thing].share is not None]
        if len(shares) > 1:
            low, high = min(shares, key=_share_of), max(shares, key=_share_of)
            if _share_of(high) - _share_of(low) > found[0]:
                found = (_share_of(high) - _share_of(low), (low, high))
    return found


def _share_of(one: GroupKnown) -> float:
    return one.share or 0.0


def _less_known(edition: Edition, pair: tuple[GroupKnown, GroupKnown] | None) -> Message:
    assert pair is not None
    low, high = pair
    words: Words = {
        "thing": termed(THINGS, low.link),
        "low": in_100(low.share),
        "high": in_100(high.share),
        "group": people_of(edition.result, low.attribute, low.group),
        "other": people_of(edition.result, high.attribute, high.group),
    }
    return message(
        "Less is known about some labels than about others: {thing} is known for {low} in 100 labels on {group}, and for {high} in 100 on {other}.",
        **words,
    )


def _by_unit(traced: Traceability) -> list[tuple[str, list[tuple[str, dict[str, float]]]]]:
    held: dict[str, dict[str, dict[str, float]]] = {}
    for one in traced.units:
        held.setdefault(one.unit_kind, {}).setdefault(one.unit, {})[one.link] = one.share
    return [(kind, list(units.items())) for kind, units in held.items()]


def _chains(traced: Traceability, annotators: int | None) -> list[dict[str, Any]]:
    """Lay the chain out as runs of links that branch at their end."""
    tops = [at for at, link in enumerate(traced.chain) if link.above is None]
    ends = len(traced.chain) - len({link.above for link in traced.chain} - {None})
    return [_run(traced, at, annotators if ends == 1 else None) for at in tops]


def _run(traced: Traceability, at: int, annotators: int | None) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    while True:
        link = traced.chain[at]
        if link.untold:
            steps.append({"link": None, "at": _missing_at(traced, "level", at), "untold": link.untold})
        steps.append(
            {
                "link": link,
                "at": at,
                "missing": _missing_at(traced, "name", at) if link.name is None else None,
                "lines": list(_lines(traced, link)),
                "founded": _founded(link),
            }
        )
        below = [one for one, other in enumerate(traced.chain) if other.above == at]
        if len(below) != 1:
            break
        at = below[0]
    return {
        "steps": steps,
        "branches": [_run(traced, one, annotators) for one in below],
        "annotators": annotators if not below else None,
    }


def _missing_at(traced: Traceability, kind: str, at: int) -> int | None:
    """Find the entry of ``missing`` that speaks of a link."""
    return next((place for place, one in enumerate(traced.missing) if (one.kind, one.link) == (kind, at)), None)


def _lines(traced: Traceability, link: ChainLink) -> Iterable[Message]:
    """Say of a link what is known, what nobody knows, and what nobody said."""
    yield message("Level {level}: {role}", level=number(link.level, 0), role=termed(LINK_ROLES, link.role or "link"))
    if link.country:
        yield message("in {country}", country=listed(*map(name, link.country)))
    else:
        yield _open(link, "country", asked=message("country not known"), unsaid=message("nobody said in which country"))
    if link.above is None and not link.untold and link.contract is None and "contract" not in link.not_known:
        pass  # nobody stands above the client, so that there is no contract to ask for
    elif link.contract:
        yield termed(CONTRACTS, link.contract)
    else:
        yield _open(
            link, "contract", asked=message("contract not known"), unsaid=message("nobody said under which contract")
        )
    if link.known_to_client is not None:
        yield message("known to the client") if link.known_to_client else message("not known to the client")
    total = next((one.n_labels for one in traced.links if one.link == "chain"), 0)
    if link.labels is not None and total:
        yield message(
            "{n} labels came through here, {share} in 100",
            n=count(link.labels),
            share=_small_share(link.labels / total),
        )


def _open(link: ChainLink, key: str, *, asked: Message, unsaid: Message) -> Message:
    return asked if key in link.not_known else unsaid


def _missing(traced: Traceability, at: int) -> Message:
    """Say what is missing, as a label of the place where it would stand."""
    one = traced.missing[at]
    share: Words = {} if one.share is None else {"share": _small_share(one.share)}
    if one.kind == "chain":
        return (
            message("Missing: through whom these labels came was asked, and nobody knows.")
            if one.asked
            else message("Missing: nobody said through whom these labels came.")
        )
    if one.kind == "level":
        return (
            message("Missing link: nobody told who stands here. It concerns {share} in 100 labels.", **share)
            if share
            else message("Missing link: nobody told who stands here.")
        )
    if one.kind == "name":
        return message("Asked, and nobody knows who this is") if one.asked else message("Nobody said who this is")
    if one.kind == "unit":
        return (
            message("Missing: {share} in 100 labels belong to no link that is declared.", **share)
            if share
            else message("Missing: some labels belong to no link that is declared.")
        )
    return message("Several branches are declared, and nothing says through which of them these labels came.")


def _small_share(share: float) -> Value:
    return in_100(share, 1 if 0 < share < SMALL else 0)


def _question(fact: Fact) -> Message:
    question = termed(QUESTIONS, f"{fact.table}.{fact.key}")
    if not fact.units:
        return question
    return message("{question}, {units}", question=question, units=listed(*map(name, fact.units)))


def _answer(fact: Fact) -> Filling | None:
    """Give the answer to a question; None where nobody knows it."""
    place = f"{fact.table}.{fact.key}"
    if fact.state != "known":
        return None
    if fact.is_so is not None:
        return message("yes") if fact.is_so else message("no")
    if fact.number is not None:
        return _amount(fact, fact.number, place)
    words = {"rule.name": RULES, "rule.minority": MINORITIES}.get(place)
    return termed(words, fact.text[0]) if words else listed(*map(name, fact.text))


def _amount(fact: Fact, amount: float, place: str) -> Filling:
    if place in SHARES:
        return message("{share} in 100", share=in_100(amount, 1))
    if fact.basis is None:
        return _number(amount)
    paid_for = termed(PAY, fact.basis)
    if fact.basis == "unpaid":
        return paid_for
    told: Filling = _number(amount)
    if fact.currency is not None:
        told = message("{n} {currency}", n=_number(amount), currency=name(fact.currency))
    return message(paid_for.template, amount=told)


def _number(value: float) -> Value:
    digits = 0 if value == int(value) else 2 if round(value, 2) == value else 4
    return number(value, digits)


def _founded(said: Fact | ChainLink) -> Message | Value | None:
    """Say how well a thing is founded, and where."""
    if said.status is None:
        return None if said.source is None else name(said.source)
    status = termed(STATUSES, said.status)
    return status if said.source is None else message("{status}: {source}", status=status, source=name(said.source))


def _has_row(fact: Fact) -> bool:
    return fact.state == "known" or f"{fact.table}.{fact.key}" in ALWAYS


def _open_questions(facts: tuple[Fact, ...]) -> list[Message]:
    """List what nobody knows and what nobody said; what is known of one entry of a table counts as known."""
    known = {(fact.table, fact.key) for fact in facts if _has_row(fact)}
    unknown = {(fact.table, fact.key) for fact in facts if fact.state == "not_known"} - known
    rest = [fact for fact in facts if (fact.table, fact.key) not in known]
    asked = _things([fact for fact in rest if (fact.table, fact.key) in unknown])
    unsaid = _things([fact for fact in rest if (fact.table, fact.key) not in unknown])
    found = [message("Asked, and nobody knows: {things}.", things=asked)] if asked.parts else []
    return found + ([message("Nobody said: {things}.", things=unsaid)] if unsaid.parts else [])


def _things(facts: list[Fact]) -> Listed:
    return listed(*(termed(QUESTIONS, place) for place in dict.fromkeys(f"{one.table}.{one.key}" for one in facts)))
