"""Stand-ins: inputs that tell the group, against how much of the gap they carry."""

from __future__ import annotations

from typing import Any

from biasaudit.report.comparisons import main_group
from biasaudit.report.edition import Edition, Figure
from biasaudit.report.messages import Message, Words, counted, message
from biasaudit.report.pictures.look import NARROW, WIDE
from biasaudit.report.pictures.scatter import MOST_NAMED, Feature, scatter_picture
from biasaudit.report.sections.drivers import score_digits, shown
from biasaudit.report.verdicts import people_of
from biasaudit.results import AuditResult, Driver, Proxy
from biasaudit.results.sentences import count, name, number

_IN_100 = 100
#: The row of all inputs at once, as the drivers room writes it.
ALL_TOGETHER = "all features together"
_CHANCE = message(
    "The grey band holds the strengths that chance alone gives: the attribute was shuffled among the people, and everything measured again."
)
_LEGEND = (
    ("within", message("read by the model")),
    ("cannot_tell", message("not read by the model: it carries nothing of its own")),
)


def view(edition: Edition) -> dict[str, Any] | None:
    """Gather, by attribute, how well each input tells it and what it carries."""
    result = edition.result
    if not result.proxies:
        return None
    held: dict[str, list[tuple[int, Proxy]]] = {}
    for at, proxy in enumerate(result.proxies):
        held.setdefault(proxy.attribute, []).append((at, proxy))
    parts: list[dict[str, Any]] = []
    is_points = result.driver_scale == "decision"
    for at, (attribute, proxies) in enumerate(held.items()):
        carried = _carried(result, attribute)
        rows = [(place, proxy, carried.get(proxy.feature)) for place, proxy in proxies if proxy.feature != ALL_TOGETHER]
        rows.sort(key=lambda row: -_telling(row[1], row[2]))
        together = next(((place, proxy) for place, proxy in proxies if proxy.feature == ALL_TOGETHER), None)
        drawn = [row for row in rows if (row[2] or not row[1].is_input) and row[1].strength.value is not None]
        parts.append(
            {
                "attribute": attribute,
                "rows": rows,
                "together": together,
                "is_points": is_points,
                "digits": 1
                if is_points
                else score_digits(max((abs(row[2].contribution.value or 0.0) for row in drawn if row[2]), default=0.0)),
                "figure": _figure(edition, attribute, [row[1:] for row in drawn], at, folds_how=bool(parts))
                if len(drawn) > 1 and any(row[2] for row in drawn)
                else None,
                "has_chance": any(proxy.chance is not None for _, proxy in proxies),
            }
        )
    return {"parts": parts}


def _carried(result: AuditResult, attribute: str) -> dict[str, Driver]:
    """Find what each input carries of the gap of the attribute's most telling group."""
    groups = [driver.group for driver in result.drivers if driver.attribute == attribute]
    main = main_group(result, attribute)
    group = main if main in groups else next(iter(groups), None)
    key = (attribute, group, result.driver_scale)
    return {
        driver.feature: driver for driver in result.drivers if (driver.attribute, driver.group, driver.scale) == key
    }


def _telling(proxy: Proxy, driver: Driver | None) -> float:
    carried = abs(driver.contribution.value or 0.0) if driver else 0.0
    return max(proxy.strength.value or 0.0, 0.0) * carried


def _caption(result: AuditResult, attribute: str, pairs: list[tuple[Proxy, Driver]]) -> Message:
    """Tell the input that is strong on both counts; where none is, the one that tells the attribute best."""
    strongest = max(pairs, key=lambda pair: pair[0].strength.value or 0.0)
    first = pairs[0]
    if (first[0].strength.value or 0.0) * 2 < (strongest[0].strength.value or 0.0):
        first = strongest
    proxy, driver = first
    words: Words = {
        "feature": name(proxy.feature),
        "attribute": name(attribute),
        "strength": number(proxy.strength.value),
        "contribution": shown(driver.contribution.value, driver.scale, driver.contribution.value or 0.0),
        "group": people_of(result, driver.attribute, driver.group),
    }
    if driver.scale == "decision" and first is strongest:
        return message(
            "Of the inputs, {feature} is the one that tells {attribute} best, with a strength of {strength} (0 is chance, 1 is without error), and adds {contribution} in 100 to the gap of {group}.",
            **words,
        )
    if driver.scale == "decision":
        return message(
            "The input {feature} tells {attribute} with a strength of {strength} (0 is chance, 1 is without error) and adds {contribution} in 100 to the gap of {group}.",
            **words,
        )
    if first is strongest:
        return message(
            "Of the inputs, {feature} is the one that tells {attribute} best, with a strength of {strength} (0 is chance, 1 is without error), and adds {contribution} to the score gap of {group}.",
            **words,
        )
    return message(
        "The input {feature} tells {attribute} with a strength of {strength} (0 is chance, 1 is without error) and adds {contribution} to the score gap of {group}.",
        **words,
    )


def _figure(
    edition: Edition, attribute: str, pairs: list[tuple[Proxy, Driver | None]], at: int, *, folds_how: bool
) -> Figure:
    features = [_feature(edition, proxy, driver) for proxy, driver in pairs]
    reached = [proxy.chance.high for proxy, _ in pairs if proxy.chance is not None and proxy.chance.high is not None]
    across = edition.says(
        message("how well it tells {attribute}: from chance (0) to without error (1)", attribute=name(attribute))
    )
    short = edition.says(message("how well it tells {attribute}", attribute=name(attribute)))
    is_points = edition.result.driver_scale == "decision"
    up = edition.says(
        message("size of what it adds to the gap, in 100")
        if is_points
        else message("size of what it adds to the gap in the mean score")
    )
    wide, narrow = (
        scatter_picture(
            features,
            canvas,
            edition.language,
            name=f"proxies-{at}-{form}",
            across=said,
            up=up,
            chance=max(reached, default=None),
        )
        for canvas, form, said in ((WIDE, "wide", across), (NARROW, "narrow", short))
    )
    caption = _caption(edition.result, attribute, [(proxy, driver) for proxy, driver in pairs if driver])
    told = "; ".join(
        f"{feature.label}: {edition.language.number(feature.strength)}, {edition.language.number(feature.size, 1 if is_points else 3)}"
        for feature in features[:MOST_NAMED]
    )
    left = len(features) - MOST_NAMED
    return Figure(
        name=f"proxies-{at}",
        caption=caption,
        alt=f"{edition.says(caption)} {told}.",
        wide=wide,
        narrow=narrow,
        folds_how=folds_how,
        how=(
            message(
                "Far right: the input tells the groups apart. High up: it carries much of the gap. The top right corner holds the stand-ins."
            ),
            message(
                "Thin lines are intervals. An input far right and low down tells the group but is not used for it."
            ),
            *([_CHANCE] if reached else []),
        ),
        legend=_LEGEND if not all(feature.is_input for feature in features) else (),
        more=counted(
            left,
            "{n} more input is drawn without its name.",
            "{n} more inputs are drawn without their names.",
            n=count(left),
        )
        if left > 0
        else None,
    )


def _feature(edition: Edition, proxy: Proxy, driver: Driver | None) -> Feature:
    strength = min(max(proxy.strength.value or 0.0, 0.0), 1.0)
    low, high = proxy.strength.low, proxy.strength.high
    if driver is None:
        return Feature(
            label=edition.plain.own(proxy.feature),
            strength=strength,
            strength_low=low,
            strength_high=high,
            size=0.0,
            size_low=None,
            size_high=None,
            is_input=False,
        )
    contribution = driver.contribution
    per = _IN_100 if driver.scale == "decision" else 1
    value = (contribution.value or 0.0) * per
    ends: tuple[float | None, float | None] = (None, None)
    if contribution.low is not None and contribution.high is not None:
        near, far = sorted((abs(contribution.low * per), abs(contribution.high * per)))
        ends = (0.0 if contribution.low <= 0 <= contribution.high else near, far)
    return Feature(
        label=edition.plain.own(proxy.feature),
        strength=strength,
        strength_low=low,
        strength_high=high,
        size=abs(value),
        size_low=ends[0],
        size_high=ends[1],
    )
