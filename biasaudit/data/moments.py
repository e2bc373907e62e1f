"""Times as exports write them, read to UTC."""

from __future__ import annotations

import pandas as pd

from biasaudit.data.values import as_text
from biasaudit.errors import DataError

#: Times are kept in UTC; a microsecond is finer than any export writes.
MOMENTS = pd.DatetimeTZDtype("us", "UTC")
#: Larger numbers are milliseconds since 1970: as seconds this one lies in the year 5138.
MILLISECONDS_FROM = 1e11
#: Smaller ones are years or dates written as a number, not seconds: as seconds this one lies in 1973.
SECONDS_FROM = 1e8


def read_moments(column: pd.Series) -> pd.Series:
    """Read times of ISO 8601, UTC where no zone is said, or seconds or milliseconds since 1970.

    Other orders of day and month are not guessed at: 09/10 is two days of a year.

    Parameters
    ----------
    column : pandas.Series
        Texts, numbers or times.

    Returns
    -------
    pandas.Series
        Times in UTC, to the microsecond; NaT where unknown.

    Raises
    ------
    DataError
        Where something stands in the column, and none of it can be read.

    Examples
    --------
    >>> read_moments(pd.Series(["2025-10-09T09:30:20+02:00", "soon"])).tolist()
    [Timestamp('2025-10-09 07:30:20+0000', tz='UTC'), NaT]
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.Series(pd.to_datetime(column, utc=True), dtype=MOMENTS)
    texts, numbers = as_text(column), pd.to_numeric(column, errors="coerce")
    if numbers.notna().any() and numbers.notna().sum() == texts.notna().sum():
        seconds = numbers.where(numbers < MILLISECONDS_FROM, numbers / 1_000)
        in_range = seconds.where(seconds.between(SECONDS_FROM, MILLISECONDS_FROM))
        found = pd.Series(pd.to_datetime(in_range, unit="s", utc=True), dtype=MOMENTS)
    else:
        found = pd.Series(pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True), dtype=MOMENTS)
    if texts.notna().any() and found.isna().all():
        raise DataError(
            f"column {str(column.name)!r} holds {str(texts.dropna().iloc[0])!r} where a time is needed. Allowed: "
            "ISO 8601 (2025-10-09T07:30:20Z) or seconds since 1970; other orders of day and month can be read in two "
            "ways."
        )
    return found


def no_moments(rows: int) -> pd.Series:
    """Give a column of unknown times.

    Examples
    --------
    >>> no_moments(2).isna().all()
    np.True_
    """
    return pd.Series(pd.NaT, index=range(rows), dtype=MOMENTS)
