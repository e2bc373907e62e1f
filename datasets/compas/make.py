"""Read the published file without the columns that name people, and check that it is that file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from biasaudit.errors import DataError

#: Figures that the file must give again: people, then (charged decided wrongly, all) as the journalists counted them:
#: flagged among those not charged again, and not flagged among those charged again (ProPublica, 2016).
PUBLISHED = {
    "people": 7_214,
    "study": 6_172,
    "until_april_2014": 6_216,
    "false_positives": {"African-American": (805, 1_795), "Caucasian": (349, 1_488)},
    "false_negatives": {"African-American": (532, 1_901), "Caucasian": (461, 966)},
}

#: The columns that are read, and their names here. No name, date of birth or case number is among them.
COLUMNS = {
    "id": "defendant",
    "race": "race",
    "sex": "sex",
    "age": "age",
    "juv_fel_count": "juvenile_felonies",
    "juv_misd_count": "juvenile_misdemeanours",
    "juv_other_count": "other_juvenile_charges",
    "priors_count": "prior_charges",
    "c_charge_degree": "charge_degree",
    "decile_score": "vendor_score",
    "score_text": "vendor_band",
    "two_year_recid": "charged_again",
}
#: Read to choose rows, and dropped then.
CHOOSING = ["compas_screening_date", "days_b_screening_arrest", "is_recid"]
DEGREES = {"F": "felony", "M": "misdemeanour"}
#: Days between arrest and score within which the study takes the charge to be the one scored.
MOST_DAYS = 30
#: From the next day on the file keeps almost only people who were charged again (Barenstein 2019).
LAST_WHOLE_DAY = "2014-04-01"


def make(table: str, sources: Mapping[str, Path]) -> pd.DataFrame:
    """Give the table ``two_years``, ``study`` or ``until_april_2014``.

    Raises
    ------
    DataError
        When the file is not the published one: what was published cannot be counted in it again.
    """
    try:
        raw = pd.read_csv(sources["two_years"], usecols=[*COLUMNS, *CHOOSING])
    except ValueError as error:
        raise DataError(f"compas: the file is not the one that the card describes: {error}") from None
    _check(raw)
    return (
        raw[_chosen(table, raw)][list(COLUMNS)]
        .rename(columns=COLUMNS)
        .replace({"charge_degree": DEGREES})
        .reset_index(drop=True)
    )


def _chosen(table: str, raw: pd.DataFrame) -> pd.Series:
    if table == "study":
        near = raw["days_b_screening_arrest"].abs() <= MOST_DAYS
        return near & (raw["is_recid"] != -1) & (raw["c_charge_degree"] != "O")
    if table == "until_april_2014":
        return raw["compas_screening_date"] <= LAST_WHOLE_DAY
    return pd.Series(True, index=raw.index)


def _check(raw: pd.DataFrame) -> None:
    flagged, charged = raw["score_text"] != "Low", raw["two_year_recid"] == 1
    found: dict[str, object] = {
        "people": len(raw),
        "study": int(_chosen("study", raw).sum()),
        "until_april_2014": int(_chosen("until_april_2014", raw).sum()),
    }
    for name, wrong, among in (
        ("false_positives", flagged, ~charged),
        ("false_negatives", ~flagged, charged),
    ):
        groups = {group: among & (raw["race"] == group) for group in ("African-American", "Caucasian")}
        found[name] = {group: (int((wrong & people).sum()), int(people.sum())) for group, people in groups.items()}
    for name, published in PUBLISHED.items():
        if found[name] != published:
            raise DataError(
                f"compas: the file is not the one that the card describes: {name} should be {published}, "
                f"and {found[name]} are counted. See datasets/compas/dataset.toml for how to come by it."
            )
