"""Turn the survey's single file into defendants and answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

#: What the crowd was shown of each defendant, renamed.
SHOWN = {
    "def_id": "defendant",
    "def_race": "race",
    "def_gender": "sex",
    "def_age": "age",
    "juv_fel_count": "juvenile_felonies",
    "juv_misd_count": "juvenile_misdemeanours",
    "juv_other_count": "other_juvenile_charges",
    "priors_count": "prior_charges",
    "c_charge_degree": "charge_degree",
    "c_charge_desc": "charge",
}
#: No single column names one person; these three do, but for one.
PERSON = ["random", "resp_id", "resp_race"]


def make(table: str, sources: Mapping[str, Path]) -> pd.DataFrame:
    """Give ``items``, one row a defendant, or ``answers``, one row an answer."""
    survey = pd.read_csv(sources["survey"])
    return {"items": _items, "answers": _answers}[table](survey)


def _items(survey: pd.DataFrame) -> pd.DataFrame:
    by_defendant = survey.groupby("def_id", sort=True)
    shown = by_defendant[[column for column in SHOWN if column != "def_id"]].first().reset_index()
    # Strict majority: a tie means "no".
    majority = (by_defendant["resp_decision"].mean() > 1 / 2).astype(int).to_numpy()
    again = by_defendant["two_year_recid"].first().to_numpy()
    return shown.rename(columns=SHOWN).assign(crowd_says_yes=majority, two_year_recid=again)


def _answers(survey: pd.DataFrame) -> pd.DataFrame:
    person = survey[PERSON].astype(str).agg("/".join, axis=1)
    return pd.DataFrame(
        {
            "defendant": survey["def_id"],
            "annotator": person,
            "annotator_race": survey["resp_race"],
            "annotator_sex": survey["resp_gender"],
            "annotator_politics": survey["resp_polview"],
            "answer": survey["resp_decision"],
        }
    )
