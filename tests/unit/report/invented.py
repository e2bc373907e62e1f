"""Invented results that exercise every part of a report. Loaded by path from the conftest files."""

from __future__ import annotations

import math
from typing import Any

from biasaudit.results import (
    ALL_GROUPS,
    Agreement,
    AgreementGap,
    Assumption,
    AttributeFacts,
    Attribution,
    AuditInfo,
    AuditResult,
    Condition,
    Conditional,
    DataFacts,
    Disparity,
    Dissent,
    Driver,
    DriverTotal,
    Dropped,
    Estimate,
    Finding,
    Fingerprint,
    Flip,
    Floor,
    GateResult,
    Git,
    GroupScores,
    GroupSize,
    HourBand,
    ImpactRatio,
    Manifest,
    ModelFacts,
    NotCounted,
    Performance,
    PeriodGap,
    PoolEffect,
    PoolErrors,
    PoolOverlap,
    PoolPair,
    PoolSize,
    Proxy,
    Rate,
    ReadingTime,
    RuleEffect,
    ScoreCounts,
    SpeedBand,
    SpeedCurve,
    StageGap,
    Step,
    StratumGap,
    Trace,
    Traceability,
    UnitShare,
    english,
    estimated,
    sentence,
    undefined,
)
from biasaudit.results.measuring import (
    Calibration,
    CalibrationBin,
    Confounding,
    Decomposition,
    FoundGroup,
    GroupGap,
    GroupValue,
    LabelErrors,
    LargestGap,
    PooledRate,
    Representation,
    Sweep,
    VerdictChange,
)
from biasaudit.results.sentences import count, in_100, name, number, term

MISSING = "(not recorded)"
HOSTILE = (
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "\u202eright to left\u202c",
    "a" * 300,
    "👩🏽‍⚕️ nurses",
    "nul\x00bell\x07",
    "{braces} %(percent)s {{ jinja }}",
    "| pipe * star _ under ` tick [link](x)",
    "]]> --> </style>",
)


def wilson(k: float, n: float, z: float = 1.96) -> Estimate:
    """Give a rate with an interval wide enough to look like one."""
    if n == 0:
        return undefined("nobody is behind this rate", method="wilson")
    p, scale = k / n, 1 + z * z / n
    middle, half = (p + z * z / (2 * n)) / scale, z / scale * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return estimated(p, max(0.0, middle - half), min(1.0, middle + half), method="wilson")


def gap_of(a: Estimate, b: Estimate, widen: float = 1.0) -> Estimate:
    """Give the difference of two rates, Newcombe's way."""
    if a.value is None or b.value is None or None in (a.low, a.high, b.low, b.high):
        return undefined("one of the two rates is undefined", method="newcombe")
    down = math.hypot(a.value - a.low, b.high - b.value) * widen
    up = math.hypot(a.high - a.value, b.value - b.low) * widen
    gap = a.value - b.value
    return estimated(gap, max(gap - down, -1.0), min(gap + up, 1.0), method="newcombe")


def ratio_of(a: Estimate, b: Estimate, widen: float = 1.0) -> Estimate:
    """Give the ratio of two rates."""
    if not a.value or not b.value:
        return undefined("nobody of the reference was selected", method="score")
    ratio = a.value / b.value
    spread = widen * math.hypot((a.high - a.low) / (2 * a.value), (b.high - b.low) / (2 * b.value))
    return estimated(ratio, ratio * math.exp(-spread), ratio * math.exp(spread), method="score")


def judged(deciding: Estimate, low: float, high: float, *, small: bool) -> str:
    """Judge an interval against bounds."""
    if small or deciding.low is None or deciding.high is None:
        return "cannot_tell"
    if deciding.high < low or deciding.low > high:
        return "exceeds"
    return "within" if low <= deciding.low and deciding.high <= high else "cannot_tell"


def measured(
    attribute: str,
    groups: dict[str, tuple[float, float]],
    reference: str,
    measure: str = "selection_rate",
    minimum: int = 30,
) -> tuple[list[Rate], list[Disparity]]:
    """Give rates and disparities of groups from (positive, all)."""
    rates = {group: wilson(k, n) for group, (k, n) in groups.items()}
    listed = [
        Rate(attribute=attribute, group=group, measure=measure, n=groups[group][1], estimate=rate)
        for group, rate in rates.items()
    ]
    disparities = []
    for group, (_, n) in groups.items():
        if group == reference:
            continue
        for statistic, of, bounds, tolerance in (
            ("gap", gap_of, (-0.05, 0.05), 0.05),
            ("ratio", ratio_of, (0.8, 1.25), 0.8),
        ):
            deciding = of(rates[group], rates[reference], 1.4)
            verdict = judged(deciding, *bounds, small=n < minimum)
            disparities.append(
                Disparity(
                    attribute=attribute,
                    group=group,
                    reference=reference,
                    measure=measure,
                    statistic=statistic,
                    estimate=of(rates[group], rates[reference]),
                    deciding=deciding,
                    n_group=n,
                    n_reference=groups[reference][1],
                    p_value=None if n < minimum else 0.0004,
                    p_adjusted=None if n < minimum else 0.0012,
                    verdict=verdict,
                    tolerance=tolerance,
                    rows_needed=None if verdict != "cannot_tell" or n < minimum else 900,
                    reason=f"fewer than {minimum} people" if n < minimum else "",
                )
            )
    return listed, disparities


def facts(
    attribute: str, groups: dict[str, tuple[float, float]], reference: str, *columns: str, reason: str = ""
) -> AttributeFacts:
    """Give the facts of an attribute."""
    return AttributeFacts(
        name=attribute,
        columns=columns or (attribute,),
        reference=reference,
        reference_rule="declared",
        reason=reason,
        groups=tuple(GroupSize(group=group, n=n, n_selected=k) for group, (k, n) in groups.items()),
    )


ORIGIN = {"European": (458.0, 1696.0), "non-European": (97.0, 606.0), MISSING: (9.0, 41.0)}
SEX = {"male": (346.0, 1405.0), "female": (218.0, 938.0)}
AGE = {"under 21": (402.0, 1604.0), "21-25": (143.0, 608.0), "over 25": (19.0, 131.0)}
CROSS = {
    "male x European": (286.0, 1010.0),
    "female x European": (172.0, 686.0),
    "male x non-European": (55.0, 365.0),
    "female x non-European": (42.0, 241.0),
    "male x (not recorded)": (5.0, 30.0),
    "female x (not recorded)": (4.0, 11.0),
}
ERRORS = {
    "tpr": ({"European": (390.0, 470.0), "non-European": (80.0, 150.0), MISSING: (7.0, 12.0)}, "European", "origin"),
    "fpr": ({"European": (68.0, 1226.0), "non-European": (17.0, 456.0), MISSING: (2.0, 29.0)}, "European", "origin"),
    "ppv": ({"European": (390.0, 458.0), "non-European": (80.0, 97.0), MISSING: (0.0, 0.0)}, "European", "origin"),
    "accuracy": (
        {"European": (1548.0, 1696.0), "non-European": (519.0, 606.0), MISSING: (34.0, 41.0)},
        "European",
        "origin",
    ),
}

FRENCH = {
    "St George's, 1982-86": "St George's, 1982-86",
    "Who is called to interview?": "Qui est convoqué à un entretien ?",
    "called to interview": "convoqué à un entretien",
    "are called to interview": "sont convoqués à un entretien",
    "European applicants": "candidats au nom européen",
    "non-European applicants": "candidats au nom non européen",
    "applicants": "candidats",
    "European": "au nom européen",
    "non-European": "au nom non européen",
    "male": "hommes",
    "female": "femmes",
    "origin": "origine",
    "sex": "sexe",
    "age": "âge",
    "under 21": "moins de 21 ans",
    "over 25": "plus de 25 ans",
    "birthplace": "lieu de naissance",
    "surname": "nom de famille",
    "a_levels": "notes au baccalauréat (A-levels)",
    "vendor": "jury",
    "panel 1": "jury 1",
    "panel 2": "jury 2",
    "panel 3": "jury 3",
    "Franglen's program": "le programme de Franglen",
    "the assessors of 1979": "les examinateurs de 1979",
    "Simulated after published accounts; nobody in it is real.": (
        "Données simulées d'après des récits publiés ; personne n'y est réel."
    ),
}


def rich(**changes: Any) -> AuditResult:
    """Give a result in which every step found something."""
    rates, disparities, attributes = _groups()
    result = AuditResult(
        status="complete",
        audit=audit(),
        manifest=manifest(),
        data=DataFacts(
            rows=9412,
            rows_train=7065,
            rows_judged=2343,
            dropped=(Dropped(reason="the outcome is missing", rows=4),),
            attributes=tuple(attributes),
            outcome="interviewed",
            errors_against="outcome",
            features=("a_levels", "surname", "birthplace"),
            strata=("school",),
            periods=("1982", "1983", "1984", "1985", "1986"),
        ),
        model=ModelFacts(
            kind="trained",
            source="logistic_regression",
            parameters={"C": 1.0},
            cut="share",
            cut_value=0.24,
            cutoff_score=0.41,
            n_selected=564.0,
            tied_at_cutoff=3,
            performance=(
                Performance(measure="accuracy", n=2343, estimate=estimated(0.93, 0.92, 0.94, method="wilson")),
                Performance(
                    attribute="origin",
                    group="non-European",
                    measure="accuracy",
                    n=606,
                    estimate=estimated(0.86, 0.83, 0.89, method="wilson"),
                ),
            ),
        ),
        rates=tuple(rates),
        disparities=tuple(disparities),
        conditional=(conditional(),),
        periods=tuple(periods()),
        drivers=tuple(drivers()),
        driver_totals=(
            DriverTotal(
                attribute="origin",
                group="non-European",
                reference="European",
                total=-0.118,
                sum_of_contributions=-0.118,
                rows_explained=2343,
                sampling_error=0.0009,
                method="linear SHAP",
            ),
        ),
        proxies=tuple(proxies()),
        flips=tuple(flips()),
        trace=trace(),
        **further(),
        impact_ratios=impact_ratios(),
        score_counts=(
            score_counts(
                attributes[:2],
                (NotCounted(attribute="age", group="21 and over"), NotCounted(attribute="age", group="under 21")),
            ),
        ),
        findings=tuple(findings()),
        gates=tuple(gates()),
        steps=(
            Step(name="data", outcome="done"),
            Step(name="remedies", outcome="not_applicable", reason="No remedy is measured by this version."),
        ),
    )
    return result.model_copy(update=changes)


def score_counts(attributes: list[AttributeFacts], not_counted: tuple[NotCounted, ...] = ()) -> ScoreCounts:
    """Give scores in ten bins: of each group somewhat more lie low than of the one before."""
    bins, counted = 10, []
    for facts_of_one in attributes:
        for at, size in enumerate(facts_of_one.groups):
            slope = [1.0 + 0.2 * at * (place - bins / 2) / bins for place in range(bins)]
            counts = tuple(size.n * each / sum(slope) for each in slope)
            counted.append(
                GroupScores(
                    attribute=facts_of_one.name, group=size.group, n=size.n, effective_n=float(size.n), counts=counts
                )
            )
    first = [group.counts for group in counted if group.attribute == attributes[0].name]
    return ScoreCounts(
        cut="share",
        cut_value=0.24,
        at=2,
        thresholds=(0.9, None, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0),
        tied=(False, True, True, *[False] * 7),
        places=tuple(map(sum, zip(*first, strict=True))),
        groups=tuple(counted),
        references={facts_of_one.name: facts_of_one.reference for facts_of_one in attributes},
        not_counted=not_counted,
    )


def _groups() -> tuple[list[Rate], list[Disparity], list[AttributeFacts]]:
    rates: list[Rate] = []
    disparities: list[Disparity] = []
    for attribute, groups, reference in (
        ("origin", ORIGIN, "European"),
        ("sex", SEX, "male"),
        ("age", AGE, "under 21"),
        ("sex x origin", CROSS, "male x European"),
    ):
        more, held = measured(attribute, groups, reference)
        rates += more
        disparities += held
    for measure, (groups, reference, attribute) in ERRORS.items():
        more, held = measured(attribute, groups, reference, measure)
        rates += more
        disparities += held
    attributes = [
        facts("origin", ORIGIN, "European", reason="the group the assessors' form took for granted"),
        facts("sex", SEX, "male"),
        facts("age", AGE, "under 21"),
        facts("sex x origin", CROSS, "male x European", "sex", "origin"),
    ]
    return rates, disparities, attributes


def impact_ratios() -> tuple[ImpactRatio, ...]:
    """Hold the groups of origin and sex against the most selected one of each."""
    found = []
    for attribute, groups, best, p in (("origin", ORIGIN, "European", 0.0001), ("sex", SEX, "male", 0.41)):
        recorded = sum(n for group, (_, n) in groups.items() if group != MISSING)
        for group, (k, n) in groups.items():
            if group in (best, MISSING):
                continue
            top, of = groups[best]
            found.append(
                ImpactRatio(
                    attribute=attribute,
                    group=group,
                    reference=best,
                    n_group=n,
                    n_reference=of,
                    share=n / recorded,
                    ratio=ratio_of(wilson(k, n), wilson(top, of)),
                    p_value=p,
                    p_two_more=p * 1.3,
                    shortfall=max(0, math.ceil(0.8 * n * top / of - k)),
                )
            )
    return tuple(found)


def audit(**changes: Any) -> AuditInfo:
    """Give what was audited."""
    told: dict[str, Any] = {
        "name": "st-georges",
        "title": "St George's, 1982-86",
        "question": "Who is called to interview?",
        "decision": "called to interview",
        "people": "applicants",
        "decided_by": "Franglen's program",
        "labelled_by": "the assessors of 1979",
        "period": "1982-86",
        "nature": "simulated",
        "notice": "Simulated after published accounts; nobody in it is real.",
        "tolerance_gap": 0.05,
        "tolerance_ratio": 0.8,
        "tolerance_reason": "the default of this program",
        "minimum_size": 30,
        "assumptions": (
            Assumption(
                text="Three quarters of applicants are cut on paper.", status="documented", source="Spectrum, 2019"
            ),
            Assumption(text="One pool of assessors holds the bias.", status="assumed"),
        ),
        "translations": {"fr": FRENCH},
    }
    return AuditInfo(**{**told, **changes})


def manifest() -> Manifest:
    """Give what repeats the run."""
    return Manifest(
        version="0.1.0",
        spec_digest="9f2c" * 16,
        overrides=("model.share=0.24",),
        data=(
            Fingerprint(role="items", source="applicants.csv", sha256="ab12" * 16, rows=9412),
            Fingerprint(role="annotations", source="votes.csv", sha256="cd34" * 16, rows=28236),
        ),
        seed=7,
        packages={"numpy": "2.4.0", "pandas": "3.1.0", "scikit-learn": "1.9.0", "shap": "0.51.0"},
        python="3.11.7",
        git=Git(commit="0123456789abcdef0123456789abcdef01234567", dirty=True),
        started="2026-03-02T09:15:00+00:00",
        ended="2026-03-02T09:15:41+00:00",
    )


def conditional() -> Conditional:
    """Give the admissions table in which the pooled and the stratified gap disagree."""
    table = {
        "A": (89, 108, 512, 825),
        "B": (17, 25, 353, 560),
        "C": (202, 593, 120, 325),
        "D": (131, 375, 138, 417),
        "E": (94, 393, 53, 191),
        "F": (24, 341, 22, 373),
    }
    strata = []
    for stratum, (k, n, other, m) in table.items():
        own, reference = wilson(k, n), wilson(other, m)
        strata.append(
            StratumGap(
                stratum=stratum,
                n_group=n,
                n_reference=m,
                rate_group=own,
                rate_reference=reference,
                gap=gap_of(own, reference),
            )
        )
    return Conditional(
        attribute="sex",
        group="female",
        reference="male",
        measure="selection_rate",
        strata=("school",),
        pooled=estimated(-0.142, -0.170, -0.113, method="newcombe"),
        stratified=estimated(0.016, -0.012, 0.044, method="mantel-haenszel"),
        p_value=0.2,
        signs_disagree=True,
        by_stratum=tuple(strata),
    )


def periods() -> list[PeriodGap]:
    """Give five years."""
    given = []
    for period, k, other in (("1982", 20, 95), ("1983", 17, 90), ("1984", 26, 88), ("1985", 18, 92), ("1986", 16, 93)):
        own, reference = wilson(k, 121), wilson(other, 339)
        given.append(
            PeriodGap(
                attribute="origin",
                group="non-European",
                reference="European",
                period=period,
                n_group=121,
                n_reference=339,
                rate_group=own,
                rate_reference=reference,
                gap=gap_of(own, reference),
            )
        )
    return given


def drivers() -> list[Driver]:
    """Give contributions that add up to the total."""
    given = {
        "surname": -0.061,
        "birthplace": -0.052,
        "a_levels": 0.018,
        "o_levels": -0.011,
        "school": -0.008,
        "essay": -0.006,
        "interests": 0.004,
        "referee": -0.003,
        "form_length": 0.002,
        "date_received": -0.001,
    }
    return [
        Driver(
            attribute="origin",
            group="non-European",
            reference="European",
            feature=feature,
            contribution=estimated(value, value - 0.009, value + 0.009, method="linear SHAP, bootstrap"),
            share=value / -0.118,
            spread=abs(value) / 20,
        )
        for feature, value in given.items()
    ]


def proxies() -> list[Proxy]:
    """Give strengths."""
    given = {
        "surname": 0.81,
        "birthplace": 0.74,
        "a_levels": 0.12,
        "o_levels": 0.2,
        "school": 0.31,
        "essay": 0.09,
        "interests": 0.06,
        "referee": 0.05,
        "form_length": 0.03,
        "date_received": 0.02,
        "all features together": 0.93,
    }
    return [
        Proxy(
            attribute="origin",
            feature=feature,
            strength=estimated(value, value - 0.03, min(1, value + 0.03), method="auc"),
        )
        for feature, value in given.items()
    ]


def flips() -> list[Flip]:
    """Give what if."""
    return [
        Flip(
            attribute="origin",
            **{"from": "non-European"},
            to="European",
            changed={"surname": "Smith", "birthplace": "UK"},
            n=606,
            changed_decisions=estimated(0.11, 0.09, 0.14, method="bootstrap"),
            mean_score_change=estimated(0.113, 0.101, 0.125, method="bootstrap"),
            mean_points_change=estimated(14.8, 13.9, 15.7, method="bootstrap"),
            points_unit="points",
            people_gaining=estimated(67, 52, 81, method="bootstrap"),
            people_gaining_per_period=estimated(59, 46, 72, method="bootstrap"),
            people_losing=estimated(0, 0, 2, method="bootstrap"),
        ),
        Flip(
            attribute="sex",
            **{"from": "female"},
            to="male",
            changed={"sex": "male"},
            n=938,
            changed_decisions=estimated(0.02, 0.01, 0.03, method="bootstrap"),
            mean_score_change=estimated(0.02, 0.015, 0.026, method="bootstrap"),
        ),
    ]


def rule_effects() -> tuple[RuleEffect, ...]:
    """Give what three rules make of the labels; the second is told apart."""
    return tuple(
        RuleEffect(
            rule=rule,
            share=2 / 3 if rule == "supermajority" else None,
            is_declared=rule == "majority",
            tie_rule="this rule knows no ties",
            attribute="origin",
            group="non-European",
            reference="European",
            label_gap=estimated(gap, gap - 0.03, gap + 0.03, method="bootstrap over items"),
            label_change=None
            if rule == "majority"
            else estimated(gap + 0.115, gap + 0.105, gap + 0.125, method="paired bootstrap"),
            label_p_adjusted=None if rule == "majority" else p,
            model_gap=estimated(gap, gap - 0.05, gap + 0.05, method="retraining"),
            model_change=None
            if rule == "majority"
            else estimated(gap + 0.115, gap + 0.015, gap + 0.215, method="retraining"),
            model_p_adjusted=None if rule == "majority" else 0.4,
            fpr_gap=estimated(-0.08, -0.16, 0.01, method="bootstrap over items"),
            fnr_gap=estimated(0.05, 0.01, 0.09, method="bootstrap over items"),
            accuracy=estimated(0.71, 0.68, 0.74, method="Wilson"),
            items_changed=changed,
            items=9412,
            n_group=2343,
            n_reference=7069,
        )
        for rule, gap, p, changed in (
            ("majority", -0.115, None, 0),
            ("supermajority", -0.06, 0.001, 812.0),
            ("dawid-skene", -0.118, 0.7, 41.5),
        )
    )


def dissent() -> tuple[Dissent, ...]:
    """Give whom the rule overrules: everybody, and two panels, of which one more often and unpaid."""
    none = undefined("fewer than 5 annotators have such labels", method="clustered")
    return tuple(
        Dissent(
            annotator_attribute=kind,
            value=value,
            is_unit=kind == "vendor",
            overruled=estimated(share, share - 0.01, share + 0.01, method="clustered"),
            against_others=None if p is None else estimated(more, more - 0.015, more + 0.015, method="clustered"),
            p_adjusted=p,
            overruled_right=estimated(0.44, 0.41, 0.47, method="clustered") if value != "panel 1" else none,
            survives=estimated(0.78, 0.74, 0.82, method="Wilson"),
            own_positive=310,
            pay_lost=lost,
            pay_lost_share=None if lost is None else share,
            currency=None if lost is None else "GBP",
            annotators=annotators,
            labels=9000,
        )
        for kind, value, share, more, p, lost, annotators in (
            ("(everyone)", "(everyone)", 0.218, 0.0, None, None, 27),
            ("vendor", "panel 1", 0.195, -0.046, 0.001, None, 11),
            ("vendor", "panel 2", 0.241, 0.046, 0.001, 1240.0, 12),
        )
    )


def pools_of_annotators() -> tuple[tuple[PoolEffect, ...], PoolOverlap, tuple[PoolErrors, ...]]:
    """Give three pools that labelled the same items."""
    units = (("panel 1", 0.021, 11), ("panel 2", -0.117, 12), ("panel 3", 0.06, 7))
    effects = tuple(
        PoolEffect(
            unit_kind="vendor",
            unit=unit,
            attribute="origin",
            group="non-European",
            reference="European",
            effect=estimated(value, value - 0.04, value + 0.04, method="least squares"),
            logit=estimated(value * 0.9, value * 0.9 - 0.05, value * 0.9 + 0.05, method="logit"),
            p_value=0.001 if unit == "panel 2" else 0.3,
            p_adjusted=0.004 if unit == "panel 2" else 0.4,
            flagged=unit == "panel 2",
            detectable=0.056,
            annotators=annotators,
            annotators_others=30 - annotators,
            labels=900,
            n_items=300,
            n_items_reference=500,
        )
        for unit, value, annotators in units
    )
    overlap = PoolOverlap(
        unit_kind="vendor",
        pools=tuple(PoolSize(unit=unit, annotators=n, labels=9412, items=9412) for unit, _, n in units),
        pairs=(PoolPair(first="panel 1", second="panel 2", shared_items=812),),
        parts=1,
        fewest_shared=30,
        anchor="items",
    )
    errors = PoolErrors(
        unit_kind="vendor",
        unit="panel 2",
        attribute="origin",
        group="non-European",
        against="truth",
        false_positives=estimated(0.12, 0.1, 0.15, method="share of labels"),
        false_negatives=estimated(0.34, 0.3, 0.4, method="share of labels"),
        annotators=12,
        labels=801,
        n_items=400,
    )
    return effects, overlap, (errors,)


def trace() -> Trace:
    """Give the way back to the labels."""
    gaps = (
        ("reference_label", -0.05, None),
        ("annotation", -0.087, -0.037),
        ("label", -0.115, -0.028),
        ("model", -0.118, -0.003),
        ("decision", -0.11, 0.008),
    )
    stages = tuple(
        StageGap(
            attribute="origin",
            group="non-European",
            reference="European",
            stage=stage,
            gap=estimated(gap, gap - 0.02, gap + 0.02, method="bootstrap over items"),
            change=None
            if change is None
            else estimated(change, change - 0.012, change + 0.012, method="bootstrap over items"),
            rate_group=0.16,
            rate_reference=0.16 - gap,
            n_items=2343,
        )
        for stage, gap, change in gaps
    )
    agreement = tuple(
        Agreement(
            attribute="origin",
            group=group,
            coefficient=coefficient,
            estimate=estimated(value, value - 0.04, value + 0.04, method="two-way bootstrap"),
            n_items=items,
            n_labels=items * 3,
        )
        for group, items, values in (
            ("European", 1696, (0.63, 0.86, 0.27, 0.77, 0.19)),
            ("non-European", 606, (0.41, 0.79, 0.18, 0.66, 0.31)),
        )
        for coefficient, value in zip(
            ("krippendorff_alpha", "percent_agreement", "prevalence", "gwet_ac1", "below_80_percent"),
            values,
            strict=True,
        )
    )
    agreement += tuple(
        Agreement(
            attribute=attribute,
            group=group,
            coefficient=coefficient,
            estimate=estimated(value, value - 0.04, value + 0.04, method="two-way bootstrap"),
            n_items=300,
            n_labels=900,
            unit_kind="panel",
            unit="panel 2",
        )
        for attribute, group in ((ALL_GROUPS, ALL_GROUPS), ("origin", "non-European"))
        for coefficient, value in (("alpha_within", 0.5), ("alpha_across", 0.4), ("group_association", 1.25))
    )
    agreement_gaps = tuple(
        AgreementGap(
            attribute="origin",
            group="non-European",
            reference="European",
            coefficient=coefficient,
            difference=estimated(value, value - 0.05, value + 0.05, method="two-way bootstrap"),
            p_value=0.001,
            p_adjusted=0.002,
            n_group=606,
            n_reference=1696,
        )
        for coefficient, value in (
            ("krippendorff_alpha", -0.22),
            ("percent_agreement", -0.07),
            ("gwet_ac1", -0.11),
            ("below_80_percent", 0.12),
        )
    )
    units = tuple(
        UnitShare(
            unit=unit,
            contribution=estimated(value, value - 0.02, value + 0.02, method="shapley"),
            share=value / -0.06,
            p_value=p,
            p_adjusted=p,
            flagged=p < 0.05,
            drop_one=value * 0.9,
            band_low=-0.022,
            band_high=0.021,
            labels=labels,
            annotators=annotators,
        )
        for unit, value, p, labels, annotators in (
            ("panel 2", -0.061, 0.01, 9412, 12),
            ("panel 1", -0.004, 0.6, 9412, 11),
            ("panel 3", 0.005, 0.7, 9412, None),
        )
    )
    pools, overlap, errors = pools_of_annotators()
    return Trace(
        pools=pools,
        pool_overlap=(overlap,),
        pool_errors=errors,
        items=9412,
        labels=28236,
        annotators=27,
        rule="majority",
        tie_rule="ties count as not called",
        rule_reproduces=0.97,
        agreement=agreement,
        agreement_gaps=agreement_gaps,
        rules=rule_effects(),
        dissent=dissent(),
        stages=stages,
        attribution=(
            Attribution(
                attribute="origin",
                group="non-European",
                reference="European",
                unit_kind="vendor",
                reference_labels="peers",
                baseline=estimated(-0.05, -0.07, -0.03, method="retraining"),
                total=estimated(-0.11, -0.14, -0.08, method="retraining"),
                units=units,
                replicates=50,
                placebos=99,
                band_low=-0.02,
                band_high=0.02,
                stands_clear=True,
            ),
        ),
        conditions=conditions(),
        **work(),
        traceability=traceability(),
    )


def conditions() -> tuple[Condition, ...]:
    """Give units that differ in pay and time, and one of too few annotators."""
    paid = tuple(
        Condition(
            unit_kind="vendor",
            unit=unit,
            chain=("contractor 1",),
            annotators=annotators,
            labels=9412,
            hourly_pay=pay,
            median_seconds=seconds,
            currency="GBP",
            pay=estimated(pay, pay * 0.8, pay * 1.2, method="median pay"),
            below_floor=estimated(below, below / 2, (1 + below) / 2, method="share of annotators; wilson"),
            seconds=estimated(seconds, seconds - 2, seconds + 2, method="median over labels"),
            rejected=estimated(0.2, 0.18, 0.22, method="share of labels"),
        )
        for unit, annotators, pay, seconds, below in (("panel 1", 11, 4.2, 41.0, 0.0), ("panel 2", 12, 1.4, 17.0, 0.9))
    )
    return (*paid, Condition(unit_kind="vendor", unit="panel 3", annotators=4, labels=9412))


def work() -> dict[str, Any]:
    """Give what else is known of the work behind the labels."""
    everyone = conditions()[1].model_copy(
        update={
            "unit_kind": ALL_GROUPS,
            "unit": ALL_GROUPS,
            "about": "everyone",
            "annotators": 27,
            "labels": 28236,
            "pay_with_pauses": 1.1,
            "pay_if_accepted": 1.75,
            "labels_below_floor": estimated(0.88, 0.7, 0.96, method="share of labels"),
            "unpaid_time": estimated(0.15, 0.12, 0.19, method="share of time"),
        }
    )
    share = estimated(0.21, 0.19, 0.24, method="share of labels")
    seconds = estimated(17.0, 15.0, 19.0, method="median over labels")
    return {
        "conditions_of_all": everyone,
        "floor": Floor(amount=3.0, name="minimum wage of 2025", source="its law", currency="GBP"),
        "reading_times": tuple(
            ReadingTime(
                unit_kind=kind,
                unit=unit,
                attribute="origin",
                group="non-European",
                reference="European",
                n_items=606,
                n_reference=1696,
                seconds=seconds,
                seconds_reference=seconds,
                ratio=estimated(ratio, ratio - 0.05, ratio + 0.05, method="ratio"),
                p_value=0.01,
                p_adjusted=0.02,
            )
            for kind, unit, ratio in (
                (ALL_GROUPS, ALL_GROUPS, 0.9),
                ("vendor", "panel 1", 1.0),
                ("vendor", "panel 2", 0.6),
            )
        ),
        "speeds": (
            SpeedCurve(
                unit_kind=ALL_GROUPS,
                unit=ALL_GROUPS,
                bands=tuple(SpeedBand(tenth=at, seconds=5.0 + at, differs=share) for at in range(1, 11)),
                rise=estimated(0.1, 0.05, 0.15, method="fastest fifth"),
                p_value=0.002,
                p_adjusted=0.004,
                knee=estimated(0.2, 0.2, 0.3, method="two levels"),
                knee_seconds=7.5,
            ),
        ),
        "hours": (
            HourBand(hours=(9,), labels=20000, annotators=27, share=0.7, differs=share),
            HourBand(hours=(3, 4, 22), labels=8236, annotators=6, share=0.3, differs=share),
        ),
    }


def findings() -> list[Finding]:
    """Give a finding of each outcome."""
    found = sentence(
        "{group} {people} are selected less often: {rate} in 100 ({p}).",
        group=name("non-European"),
        people=name("applicants"),
        rate=in_100(0.16),
        p=number(0.01),
    )
    caveat = sentence("Of {n} people nothing more is known about {stage}.", n=count(2343), stage=term("decision"))
    return [
        Finding(
            code="BA301",
            title="Who is selected",
            outcome="found",
            claim=english(found),
            message=found,
            evidence=("/disparities/0", "/disparities/1", "/rates/0"),
            caveats=(caveat,),
        ),
        Finding(
            code="BA502",
            title="Whose labels the gap comes with",
            outcome="found",
            claim="Panel 2's labels carry it.",
            evidence=("/trace/attribution/0", "/trace/attribution/0/units/0", "/trace/stages/1"),
        ),
        Finding(
            code="BA401",
            title="What pulls the scores apart",
            outcome="found",
            claim="The surname carries most of the gap.",
            evidence=("/drivers/0", "/driver_totals/0", "/proxies/0", "/flips/0", "/periods/2", "/conditional/0"),
        ),
        Finding(
            code="BA101",
            title="Rows left out and groups not recorded",
            outcome="not_found",
            claim="All rows were used.",
            evidence=("/data/dropped", "/data/attributes/0"),
        ),
        Finding(
            code="BA201",
            title="Agreement of annotators by group",
            outcome="cannot_tell",
            claim="The intervals overlap.",
            evidence=("/trace/agreement/0", "/trace/agreement_gaps/0"),
        ),
        Finding(
            code="BA303",
            title="The gap over everybody and within strata",
            outcome="not_applicable",
            claim="",
            reason="No strata are declared within which to compare.",
        ),
        Finding(
            code="SG-01", title="The panel and the program", outcome="failed", claim="", reason="KeyError: 'panel'"
        ),
    ]


def gates() -> list[GateResult]:
    """Give a gate of each outcome."""
    low = estimated(0.59, 0.5, 0.69, method="score")
    gate = {
        "attribute": "origin",
        "measure": "selection_rate",
        "statistic": "ratio",
        "group": None,
        "at_least": 0.8,
        "at_most": None,
        "on_cannot_tell": "warn",
    }
    return [
        GateResult(gate=gate, group="non-European", estimate=low, deciding=low, outcome="not_met", fails=True),
        GateResult(
            gate={**gate, "attribute": "sex", "statistic": "gap", "at_least": None, "at_most": 0.1},
            group="female",
            estimate=estimated(-0.01, -0.05, 0.02, method="newcombe"),
            outcome="met",
            fails=False,
        ),
        GateResult(
            gate={**gate, "attribute": "age", "on_cannot_tell": "fail"},
            group="over 25",
            estimate=estimated(0.7, 0.4, 1.1, method="score"),
            outcome="cannot_tell",
            fails=True,
            reason="the interval lies on both sides of the bound",
        ),
    ]


def further() -> dict[str, Any]:
    """Give one record, or more, of everything that is measured beside rates and gaps."""
    who = {"attribute": "origin", "group": "non-European"}
    pair = {**who, "reference": "European"}
    some = estimated(0.12, 0.08, 0.16, method="m")
    nothing = undefined("there are no scores here, only decisions", method="m")
    told = {"statistic": "ratio", "threshold": 0.42, "before": "cannot_tell", "after": "exceeds"}
    return {
        "largest_gaps": (
            LargestGap(
                attribute="origin",
                measure="selection_rate",
                highest="European",
                lowest=MISSING,
                groups=3,
                estimate=some,
                p_value=0.001,
            ),
        ),
        "label_errors": (
            LabelErrors(
                **pair, measure="tpr", gap=-0.3, share=0.05, low=-0.4, high=-0.1, could_vanish=False, to_vanish=None
            ),
            LabelErrors(
                **pair, measure="fpr", gap=-0.02, share=0.05, low=-0.1, high=0.1, could_vanish=True, to_vanish=0.01
            ),
        ),
        "decompositions": (
            Decomposition(
                **pair,
                measure="selection_rate",
                strata=("school",),
                gap=some,
                composition=some,
                rates=some,
                disparity=some,
                conditional_disparity=nothing,
            ),
        ),
        "found_groups": (
            FoundGroup(
                group="origin = non-European and sex = female",
                columns=("origin", "sex"),
                measure="selection_rate",
                n_searched=120,
                n_held_out=121,
                gap_searched=-0.2,
                gap=some,
                p_value=0.01,
                p_adjusted=0.03,
                confirmed=True,
                tried=40,
            ),
        ),
        "representation": (
            Representation(**who, where="train", n=1800, effective_n=1800, share=some, half_width=0.02),
            Representation(
                **who,
                where="judged",
                n=606,
                effective_n=606,
                share=some,
                against="population",
                share_against=0.2,
                ratio=some,
                half_width=0.04,
                source="census",
            ),
        ),
        "calibrations": (
            Calibration(
                **who,
                n=606,
                bins=(CalibrationBin(low=0, high=1, n=606, mean_score=0.3, rate=some),),
                error=nothing,
                mean_gap=some,
            ),
        ),
        "sweeps": (
            Sweep(**pair, threshold=0.41, points=(), changes=(VerdictChange(**told),), thresholds_tried=900),
            Sweep(**pair, threshold=None, points=(), changes=(), thresholds_tried=900),
        ),
        "confounding": (Confounding(**pair, measure="selection_rate", ratio=some, e_value=2.8, e_value_limit=None),),
        "pooled_rates": (PooledRate(**who, measure="selection_rate", n=606, raw=some, pooled=some, weight=0.8),),
        "group_gaps": (
            GroupGap(
                **pair,
                kind="ranking",
                measure="share_in_top",
                subject="100",
                estimate=some,
                n_group=606,
                n_reference=1696,
            ),
        ),
        "group_values": tuple(
            GroupValue(
                **who,
                kind="quantity",
                measure="median",
                subject=f"salary {at}",
                n=606,
                estimate=nothing if at else some,
            )
            for at in range(60)
        ),
    }


def minimal(**changes: Any) -> AuditResult:
    """Give a decision-only result of one attribute: no model, no labels, no gates, unfavourable decisions."""
    groups = {"men": (120.0, 1200.0), "women": (118.0, 1150.0)}
    rates, disparities = measured("sex", groups, "men")
    return AuditResult(
        status="complete",
        audit=AuditInfo(
            name="checks",
            title="Home visits",
            decision="visited unannounced",
            positive_is="unfavourable",
            tolerance_gap=0.05,
            tolerance_ratio=0.8,
            minimum_size=30,
        ),
        manifest=Manifest(
            version="0.1.0",
            spec_digest="00" * 32,
            started="2026-03-02T09:15:00+00:00",
            ended="2026-03-02T09:15:01+00:00",
        ),
        data=DataFacts(rows=2350, rows_judged=2350, attributes=(facts("sex", groups, "men"),)),
        model=ModelFacts(kind="decisions", source="visited", n_selected=238.0),
        rates=tuple(rates),
        disparities=tuple(disparities),
        steps=tuple(
            Step(name=step, outcome="not_applicable", reason="Decisions are given; there is no model to explain.")
            for step in ("drivers", "flips")
        ),
    ).model_copy(update=changes)


def partial() -> AuditResult:
    """Give a result with a failed step."""
    steps = (
        Step(name="drivers", outcome="failed", reason="ValueError: the explainer <b>stopped</b>\x00"),
        Step(name="attribution", outcome="not_applicable", reason="There is no annotation log."),
    )
    return rich(status="partial", steps=steps, drivers=(), driver_totals=(), trace=None, periods=(), conditional=())


def hostile() -> AuditResult:
    """Give a result in which every name is hostile."""
    groups = {word: (20.0 + at, 100.0) for at, word in enumerate(HOSTILE)}
    attribute = HOSTILE[0]
    rates, disparities = measured(attribute, groups, HOSTILE[1])
    base = rich()
    first = HOSTILE[0]
    trace = base.trace
    assert trace is not None
    swap = {"attribute": attribute, "group": first, "reference": HOSTILE[1]}
    return base.model_copy(
        update={
            "audit": audit(
                title=first,
                question=HOSTILE[2],
                decision=HOSTILE[8],
                people=HOSTILE[5],
                decided_by=HOSTILE[6],
                labelled_by=HOSTILE[7],
                period=HOSTILE[1],
                notice=first,
                tolerance_reason=first,
                translations={},
                assumptions=(Assumption(text=first, status="assumed", source=HOSTILE[3]),),
            ),
            "data": base.data.model_copy(
                update={
                    "attributes": (facts(attribute, groups, HOSTILE[1], reason=first),),
                    "outcome": first,
                    "strata": (first,),
                    "dropped": (Dropped(reason=first, rows=3),),
                }
            ),
            "rates": tuple(rates),
            "disparities": tuple(disparities),
            "conditional": (base.conditional[0].model_copy(update={**swap, "strata": (first,)}),),
            "periods": tuple(each.model_copy(update={**swap, "period": first}) for each in base.periods),
            "drivers": tuple(
                each.model_copy(update={**swap, "feature": HOSTILE[at % 9]}) for at, each in enumerate(base.drivers)
            ),
            "driver_totals": tuple(each.model_copy(update=swap) for each in base.driver_totals),
            "proxies": tuple(
                each.model_copy(update={"attribute": attribute, "feature": HOSTILE[at % 9]})
                for at, each in enumerate(base.proxies)
            ),
            "flips": tuple(
                each.model_copy(update={"attribute": attribute, "to": first, "changed": {first: first}})
                for each in base.flips
            ),
            "trace": trace.model_copy(
                update={
                    "stages": tuple(each.model_copy(update=swap) for each in trace.stages),
                    "agreement": tuple(
                        each.model_copy(
                            update={
                                "attribute": attribute,
                                "group": first,
                                **({"unit_kind": first, "unit": HOSTILE[at % 9]} if each.unit_kind else {}),
                            }
                        )
                        for at, each in enumerate(trace.agreement)
                    ),
                    "agreement_gaps": tuple(each.model_copy(update=swap) for each in trace.agreement_gaps),
                    "attribution": tuple(
                        each.model_copy(
                            update={
                                **swap,
                                "unit_kind": first,
                                "units": tuple(
                                    unit.model_copy(update={"unit": HOSTILE[at]}) for at, unit in enumerate(each.units)
                                ),
                            }
                        )
                        for each in trace.attribution
                    ),
                    "traceability": traceability(HOSTILE, attribute),
                }
            ),
            "findings": (
                Finding(code="X-1", title=first, outcome="found", claim=first, evidence=("/rates/0", "/nowhere/<b>")),
                Finding(
                    code="X-2",
                    title="t",
                    outcome="found",
                    claim="plain",
                    evidence=("/rates/0",),
                    message={"template": "{missing} {0} {a.__class__}", "values": {}},
                ),
            ),
            "gates": tuple(
                each.model_copy(update={"gate": {**each.gate, "attribute": first}, "group": first})
                for each in base.gates
            ),
            "score_counts": (
                score_counts(
                    [facts(attribute, groups, HOSTILE[1])], (NotCounted(attribute=attribute, group=HOSTILE[4]),)
                ),
            ),
        }
    )


def large() -> AuditResult:
    """Give a result of fifty groups and two hundred features."""
    groups = {f"district {at}": (10.0 + at % 37, 80.0 + at) for at in range(50)}
    rates, disparities = measured("district", groups, "district 7")
    features = [f"answer {at}" for at in range(200)]
    base = rich()
    swap = {"attribute": "district", "group": "district 0", "reference": "district 7"}
    value = -0.118 / 200
    return base.model_copy(
        update={
            "data": base.data.model_copy(update={"attributes": (facts("district", groups, "district 7"),)}),
            "score_counts": (score_counts([facts("district", groups, "district 7")]),),
            "rates": tuple(rates),
            "disparities": tuple(disparities),
            "conditional": (),
            "periods": (),
            "drivers": tuple(
                Driver(**swap, feature=feature, contribution=estimated(value, value * 2, 0.0, method="shap"))
                for feature in features
            ),
            "driver_totals": tuple(each.model_copy(update=swap) for each in base.driver_totals),
            "proxies": tuple(
                Proxy(attribute="district", feature=feature, strength=estimated(at / 200, 0.0, 1.0, method="auc"))
                for at, feature in enumerate(features)
            ),
            "flips": (),
            "trace": None,
            "findings": (),
            "gates": (),
        }
    )


def traceability(words: list[str] | None = None, attribute: str = "origin") -> Traceability:
    """Give a chain that branches and has holes, with the words of a user in every field that holds some."""
    plain = ["Loan bank", "Alpha Data", "MobileClick", "KE", "IN", "a lawyer", "panel 1", "panel 2", "an annex"]
    word = [*(words or plain), *plain]
    shares = {"who": 1.0, "where": 0.5, "guideline": 0.0, "pay": 0.25, "duration": 1.0, "chain": 0.5}
    groups = [(word[0] if words else "female", 0.1), (word[1] if words else "male", 0.0)]
    links = [
        {"level": 1, "name": word[0], "role": "client", "country": [word[3]], "known": True, "labels": 28236},
        {"level": 2, "name": word[1], "role": "vendor", "contract": "service", "known": True, "above": 0, "labels": 9412},
        {"level": 3, "name": None, "role": "subcontractor", "known": False, "above": 1, "not_known": ["name", "country"]},
        {"level": 4, "name": word[2], "role": "platform", "known": True, "above": 0, "untold": 2, "source": word[5],
         "status": "assumed", "country": [word[3], word[4]], "contract": "crowd", "known_to_client": False},
        {"level": 2, "name": word[8], "role": None, "known": True, "above": 0, "status": "documented", "source": word[7]},
    ]  # fmt: skip
    missing = [
        {"kind": "unit", "n_labels": 100, "share": 0.0035},
        {"kind": "level", "link": 3, "level": 2, "has_above": True, "above": word[0], "below": word[2], "share": 0.5},
        {"kind": "name", "link": 2, "level": 3, "role": "subcontractor", "above": word[1], "asked": True},
        {"kind": "branch", "n_labels": 50, "share": 0.002},
    ]
    texts = [("labels", "protocol", word[6]), ("rule", "name", "majority"), ("rule", "minority", "discarded")]
    facts = [{"table": table, "key": key, "state": "known", "text": [text]} for table, key, text in texts]
    facts += [
        {"table": "pay", "key": "amount", "state": "known", "number": 0.02, "currency": word[7], "basis": "label",
         "units": [word[6]], "status": "documented", "source": word[8]},
        {"table": "pay", "key": "amount", "entry": 1, "state": "not_known", "units": [word[5]]},
        {"table": "rule", "key": "minority_paid", "state": "known", "is_so": False},
        {"table": "quality", "key": "gold_share", "state": "known", "number": 0.125},
        {"table": "quality", "key": "checks", "state": "not_known"},
        {"table": "feedback", "key": "channel", "state": "not_said"},
        {"table": "feedback", "key": "appeal", "state": "not_said"},
    ]  # fmt: skip
    return Traceability.model_validate(
        {
            "declared": True,
            "complete": 0.125,
            "links": [
                {"link": link, "share": share, "n_labels": 28236, "n_known": round(share * 28236), "told_by": "both"}
                for link, share in shares.items()
            ],
            "units": [
                {"unit_kind": word[2], "unit": word[1], "link": link, "share": share, "n_labels": 9412, "annotators": 9}
                for link, share in shares.items()
            ],
            "groups": [
                {
                    "attribute": attribute,
                    "group": group,
                    "link": link,
                    "share": share * (1 - less),
                    "n_items": 99,
                    "n_labels": 300,
                }
                for group, less in groups
                for link, share in shares.items()
            ],
            "chain": links,
            "missing": missing,
            "facts": facts,
        }
    )
