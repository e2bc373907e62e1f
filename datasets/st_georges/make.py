"""Simulate the forms, the readers and their votes behind the St George's reconstruction.

No record of a real applicant or assessor went into this file: none was ever published. What is
historical are the few figures in :data:`DOCUMENTED`; everything else, above all in
:data:`PLANTED` and :data:`ASSUMED`, was invented so that those figures come out.

The forms of 1976 to 1979 were read by assessors, and their votes are what a program is fitted to.
The forms of 1980 and 1981 were read by assessors and scored by the program side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

#: What sources say; the case card of the audit quotes them one by one.
DOCUMENTED: Mapping[str, Any] = MappingProxyType(
    {
        "applicants_a_year": (2_000, 2_500),  # BMJ 1988 and IEEE Spectrum 2019
        "share_called": 0.25,  # IEEE Spectrum 2019: three quarters were rejected on the form alone
        "points_lost_non_european": 15.0,  # IEEE Spectrum 2019
        "points_lost_female": 3.0,  # IEEE Spectrum 2019
        "agreement": (0.90, 0.95),  # IEEE Spectrum 2019; Lowry and Macpherson, BMJ 1988
        "people_a_year": (50, 70),  # BMJ 1988: "as many as 60"; the width is ours
    }
)


@dataclass(frozen=True, kw_only=True)
class Year:
    """The forms of one year: how many, by whom, and how strong (all assumed but the range of n)."""

    year: int
    applicants: int
    women: float
    non_european: float
    a_level_shift: float
    use: str


#: Larger, more mixed and slightly stronger fields from year to year.
YEARS = (
    Year(year=1976, applicants=2_050, women=0.30, non_european=0.13, a_level_shift=-0.10, use="fitting"),
    Year(year=1977, applicants=2_130, women=0.32, non_european=0.15, a_level_shift=0.05, use="fitting"),
    Year(year=1978, applicants=2_260, women=0.33, non_european=0.16, a_level_shift=-0.05, use="fitting"),
    Year(year=1979, applicants=2_210, women=0.35, non_european=0.18, a_level_shift=0.00, use="fitting"),
    Year(year=1980, applicants=2_340, women=0.37, non_european=0.19, a_level_shift=0.05, use="side by side"),
    Year(year=1981, applicants=2_450, women=0.38, non_european=0.20, a_level_shift=0.10, use="side by side"),
)


@dataclass(frozen=True, kw_only=True)
class Circle:
    """A pool of assessors, and how many of them hold the penalties."""

    pool: str
    assessors: int
    holders: int


#: Letters, because no source says which assessors held what: a trade here would be an accusation.
CIRCLES = (
    Circle(pool="circle A", assessors=22, holders=20),
    Circle(pool="circle B", assessors=6, holders=2),
    Circle(pool="circle C", assessors=6, holders=0),
    Circle(pool="circle D", assessors=6, holders=0),
)

#: What the audit should find again. The two penalties were tuned with tuning.py, at large samples,
#: until a program fitted to the majority of three votes takes 15 and 3 points.
PLANTED: Mapping[str, Any] = MappingProxyType(
    {
        "penalty_non_european": 34.0,  # points that a holder takes off a non-European name
        "penalty_female": 5.9,  # points that a holder takes off a woman
        "pool": "circle A",
        "points_lost_non_european": 15.0,
        "points_lost_female": 3.0,
    }
)

#: What no source gives.
ASSUMED: Mapping[str, Any] = MappingProxyType(
    {
        "readers_a_form": 3,
        "points_a_grade": 6.0,  # A = 5 … E = 1, best three: 18 to 90 points
        "bar": 133.0,  # points from which an assessor votes to call
        "severity": 4.0,  # standard deviation between assessors, points
        "noise": 7.0,  # standard deviation of one reading, points
        "common": 0.45,  # correlation of the three marks of a form
    }
)

#: The year of the report that found direct discrimination; other seeds give 46 to 74 people a year.
SEED = 1988


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Both tables of one draw."""

    applicants: pd.DataFrame
    votes: pd.DataFrame


def make(table: str, sources: Mapping[str, Path]) -> pd.DataFrame:
    """Give one table of the reconstruction: ``applicants`` or ``votes``."""
    del sources  # nothing is read: every row is drawn
    simulation = simulate()
    return {"applicants": simulation.applicants, "votes": simulation.votes}[table]


def simulate(
    *,
    seed: int = SEED,
    scale: int = 1,
    penalty_non_european: float = PLANTED["penalty_non_european"],
    penalty_female: float = PLANTED["penalty_female"],
) -> Simulation:
    """Draw applicants and votes.

    Parameters
    ----------
    seed : int
        Seed of every draw.
    scale : int
        How many times the applicants of each year are drawn; 1 is the reconstruction.
    penalty_non_european, penalty_female : float
        Points that a holder takes off; 0 and 0 give the twin without any planted gap.

    Returns
    -------
    Simulation
        One row an applicant, and one row a vote.
    """
    rng = np.random.default_rng(seed)
    forms = pd.concat([_forms(year, scale, rng) for year in YEARS], ignore_index=True)
    staff = _staff(rng)
    reader = _readers(len(forms), len(staff), rng)
    merit = forms[["a_levels", "o_levels", "report"]].sum(axis=1).to_numpy(float)
    severity = staff["severity"].to_numpy()[reader]
    noise = rng.normal(0.0, ASSUMED["noise"], reader.shape)
    blind_mark = merit[:, None] - severity + noise
    penalty = penalty_non_european * (forms["origin"] == "non-European") + penalty_female * (forms["sex"] == "female")
    mark = blind_mark - penalty.to_numpy()[:, None] * staff["holds"].to_numpy()[reader]
    votes = mark >= ASSUMED["bar"]
    applicants = forms.assign(called_by_panel=_majority(votes), blind_reading=_majority(blind_mark >= ASSUMED["bar"]))
    return Simulation(applicants=applicants, votes=_log(forms["applicant"], reader, staff, votes))


def _forms(year: Year, scale: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw one year's forms; marks do not depend on origin or sex."""
    n = year.applicants * scale
    female = rng.random(n) < year.women
    non_european = rng.random(n) < year.non_european
    common = rng.normal(size=n)

    def mark(centre: float, spread: float, low: float, high: float, shift: float = 0.0) -> npt.NDArray[np.float64]:
        own = rng.normal(size=n)
        z = np.sqrt(ASSUMED["common"]) * common + np.sqrt(1 - ASSUMED["common"]) * own + shift
        drawn: npt.NDArray[np.float64] = np.clip(np.round(centre + spread * z), low, high)
        return drawn

    return pd.DataFrame(
        {
            "applicant": [f"{year.year}-{number:04d}" for number in range(1, n + 1)],
            "year": year.year,
            "split": year.use,
            "a_levels": (ASSUMED["points_a_grade"] * mark(9.8, 2.7, 3, 15, year.a_level_shift)).astype(int),
            "o_levels": mark(28, 8, 0, 50).astype(int),
            "report": mark(30, 9, 0, 60).astype(int),
            "origin": np.where(non_european, "non-European", "European"),
            "sex": np.where(female, "female", "male"),
        }
    )


def _staff(rng: np.random.Generator) -> pd.DataFrame:
    """Draw the assessors: circle, severity in points, and who holds the penalties."""
    rows = [(circle.pool, place < circle.holders) for circle in CIRCLES for place in range(circle.assessors)]
    staff = pd.DataFrame(rows, columns=["pool", "holds"])
    drawn = rng.normal(0.0, ASSUMED["severity"], len(staff))
    # Centred in each circle: circles differ by what they take off a group, not by how strict they are.
    staff["severity"] = drawn - pd.Series(drawn).groupby(staff["pool"]).transform("mean")
    staff["assessor"] = [f"assessor {number:02d}" for number in rng.permutation(len(staff)) + 1]
    return staff


def _readers(forms: int, staff: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Hand each form to different assessors, all equally likely; shape (forms, readers)."""
    order: npt.NDArray[np.intp] = np.argsort(rng.random((forms, staff)), axis=1)
    return order[:, : ASSUMED["readers_a_form"]]


def _majority(votes: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    return (2 * votes.sum(axis=1) > votes.shape[1]).astype(np.int64)


def _log(
    applicants: pd.Series, reader: npt.NDArray[np.intp], staff: pd.DataFrame, votes: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    flat = reader.ravel()
    return pd.DataFrame(
        {
            "applicant": np.repeat(applicants.to_numpy(), reader.shape[1]),
            "assessor": staff["assessor"].to_numpy()[flat],
            "pool": staff["pool"].to_numpy()[flat],
            "vote": votes.ravel().astype(np.int64),
        }
    )
