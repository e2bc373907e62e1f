"""Tidy frames of a result, for those who go on in pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biasaudit.results.estimate import Record
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
    "changes",
    "amendments",
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
    return framed(records_of(result, table))


def records_of(result: AuditResult, table: str) -> tuple[Record, ...]:
    """Give the records of one part of a result; of ``changes`` its gaps, none where there was no accepted result."""
    if table not in TABLES:
        raise ValueError(f"no table {table!r}; there are {', '.join(TABLES)}")
    if table == "changes":
        return result.changes.gaps if result.changes is not None else ()
    found: tuple[Record, ...] = getattr(result, table)
    return found


def framed(records: tuple[Record, ...]) -> pd.DataFrame:
    """Give records as a data frame, nested ones flattened with dots."""
    import pandas as pd

    return pd.json_normalize([record.model_dump(mode="json", by_alias=True) for record in records])
