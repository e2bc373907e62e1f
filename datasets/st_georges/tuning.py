"""Measure, on samples far larger than the reconstruction, what a fitted program takes off.

Run by hand: ``python datasets/st_georges/tuning.py``. It prints the points of the program as they
come out on average over large draws, its agreement with the panel, and the people a year who would
be called if every form were European and male. The penalties in ``make.PLANTED`` were tuned with it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from make import DOCUMENTED, simulate

MARKS = ["a_levels", "o_levels", "report"]
#: Each draw holds this many times the applicants of the reconstruction.
SCALE = 20
SEEDS = range(200, 206)
NEWTON_STEPS = 25


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the program and the panel do on the years read side by side."""

    points_non_european: float
    points_female: float
    agreement: float
    people_a_year: float
    panel_share: float


def slopes(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Fit a logistic regression by Newton's method, on its own so that nothing of biasaudit is in it.

    Parameters
    ----------
    x : array of float, shape (n, k)
        Columns; they are standardised inside.
    y : array of float, shape (n,)
        1 called, 0 not.

    Returns
    -------
    array of float, shape (k,)
        Slopes for the columns as given.
    """
    centre, spread = x.mean(axis=0), x.std(axis=0)
    z = np.column_stack([np.ones(len(x)), (x - centre) / spread])
    beta = np.zeros(z.shape[1])
    for _ in range(NEWTON_STEPS):
        p = 1 / (1 + np.exp(-z @ beta))
        beta += np.linalg.solve(z.T @ (z * (p * (1 - p))[:, None]), z.T @ (y - p))
    return beta[1:] / spread


def measure(applicants: pd.DataFrame, *, scale: int = 1) -> Measured:
    """Fit on the first years, and hold program and panel together on the last two."""
    marks = applicants[MARKS].to_numpy(float)
    flags = [(applicants["origin"] == "non-European").to_numpy(float), (applicants["sex"] == "female").to_numpy(float)]
    x, y = np.column_stack([marks, *flags]), applicants["called_by_panel"].to_numpy(float)
    judged = (applicants["split"] == "side by side").to_numpy()
    slope = slopes(x[~judged], y[~judged])
    called = _best(x[judged] @ slope)
    would = _best(marks[judged] @ slope[: len(MARKS)])
    years = applicants.loc[judged, "year"].nunique()
    return Measured(
        points_non_european=float(-slope[-2] / slope[0]),
        points_female=float(-slope[-1] / slope[0]),
        agreement=float((called == (y[judged] == 1)).mean()),
        people_a_year=float((would & ~called).sum() / years / scale),
        panel_share=float(y[judged].mean()),
    )


def _best(score: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    quota = round(DOCUMENTED["share_called"] * len(score))
    return score >= np.sort(score)[-quota]


def main() -> None:
    """Print the mean over large draws, and the spread between them."""
    found = pd.DataFrame([vars(measure(simulate(seed=seed, scale=SCALE).applicants, scale=SCALE)) for seed in SEEDS])
    sys.stdout.write(found.agg(["mean", "std"]).round(3).to_string() + "\n")
    sys.stdout.write(f"the reconstruction itself: {measure(simulate().applicants)}\n")


if __name__ == "__main__":
    main()
