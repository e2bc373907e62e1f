"""Rename the columns of the Boston mortgage file, and make one attribute of its three race flags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

#: Figures of the literature that the data must give again (see the audit's README for sources).
PUBLISHED = {
    "applications": 1_989,
    "denied_white": 0.0916,
    "denied_not_white": 0.2922,
    "denied_black": 0.325,
}

#: Raw column and the name it has here.
COLUMNS = {
    "hrat": "housing_cost_ratio",
    "obrat": "debt_ratio",
    "loanprc": "loan_to_price",
    "unem": "unemployment_rate",
    "self": "self_employed",
    "cosign": "cosigner",
    "chist": "no_late_accounts",
    "cons": "consumer_credit_problems",
    "mortlat1": "one_or_two_late_mortgage_payments",
    "mortlat2": "more_late_mortgage_payments",
    "pubrec": "bankruptcy",
    "unver": "unverified_information",
    "vr": "vacancies_above_median",
}
#: Decimals kept: the raw file holds floats of single precision written out in full, and how far
#: they are written out differs between copies of it.
DECIMALS = 4


def make(table: str, sources: Mapping[str, Path]) -> pd.DataFrame:
    """Give the table ``applications``."""
    if table != "applications":
        raise KeyError(table)
    raw = pd.read_csv(sources["loanapp"])
    known = raw[list(COLUMNS)].rename(columns=COLUMNS)
    fractional = known.select_dtypes("float").columns
    known[fractional] = known[fractional].round(DECIMALS)
    race = np.select([raw["black"] == 1, raw["hispan"] == 1], ["Black", "Hispanic"], default="White")
    sex = raw["male"].map({1.0: "male", 0.0: "female"})
    return known.assign(race=race, sex=sex, approved=raw["approve"].map({1: "yes", 0: "no"})).rename_axis(index=None)
