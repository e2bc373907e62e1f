"""Tidy frames of a result, for those who go on in pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biasaudit.results.records import AuditResult

if TYPE_CHECKING:
    import pandas as pd

#: Parts of a result that are lists of flat records.
TABLES = (
    "rates",
    "disparities",
    "conditional",
    "periods",
    "group_values",
    "group_gaps",
    "largest_gaps",
    "pooled_rates",
    "decompositions",
    "calibrations",
    "sweeps",
    "representation",
    "label_errors",
    "confounding",
    "found_groups",
    "drivers",
    "driver_totals",
    "proxies",
    "flips",
    "causes",
    "remedies",
    "findings",
    "gates",
    "steps",
)


def frame(result: AuditResult, table: str) -> pd.DataFrame:
    """Give one part of a result as a data frame, one row a record.

    Parameters
    ----------
    result : AuditResult
        The result.
    table : str
        One of :data:`TABLES`.

    Returns
    -------
    pandas.DataFrame
        Nested records are flattened with dots: ``estimate.value``, ``estimate.low``.

    Raises
    ------
    ValueError
        Where there is no such part.
    """
    import pandas as pd

    if table not in TABLES:
        raise ValueError(f"no table {table!r}; there are {', '.join(TABLES)}")
    records = [record.model_dump(mode="json", by_alias=True) for record in getattr(result, table)]
    return pd.json_normalize(records)
