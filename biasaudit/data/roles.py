"""From a frame as read to a table with roles: checks every declared column, then every value."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.data.values import as_text, equals, text_of
from biasaudit.errors import DataError, DeclarationError
from biasaudit.results import NOT_RECORDED, Dropped, Fingerprint
from biasaudit.spec import DECISION, AuditSpec, Declaration, ReferenceSpec, nearest_name
from biasaudit.spec.lines import Location

#: A numeric attribute with more values than this is asked for its edges.
MOST_NUMERIC_GROUPS = 20
#: Share of rows that measure a trained model where no split is declared.
DEFAULT_TEST_SHARE = 0.3
#: Columns named here are looked at and keep whatever other role they have.
LOOKED_AT = ("search", "feature_groups", "explain", "causes")
#: Keys of [[quantity]] that name columns.
_QUANTITY = ("column", "against")
#: Keys of [explain] whose own keys are columns.
_REACH = ("ranges", "direction")
#: People that a table of counts may stand for, as each becomes a row in memory.
MOST_PEOPLE = 50_000_000
#: So many values are listed in a message, then an ellipsis.
VALUES_SHOWN = 8


def assign_roles(frame: pd.DataFrame, declaration: Declaration, fingerprint: Fingerprint) -> Table:
    """Assign the declared roles to the columns of a frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows as read.
    declaration : Declaration
        What the columns mean.
    fingerprint : Fingerprint
        Digest of the source.

    Returns
    -------
    Table
        The rows kept, each dropped one counted with its reason.

    Raises
    ------
    DeclarationError
        Where declared columns do not exist: all of them at once, with the nearest names.
    DataError
        Where the values cannot be used as declared.
    """
    spec = declaration.spec
    check_columns(list(frame.columns), declaration)
    if frame.empty:
        raise DataError(f"{fingerprint.source}: the table has columns and no rows.")
    features = feature_names(frame.columns, spec)
    _check_cells(frame, [*(name for _, name in _named_columns(spec)), *features])
    frame = _expand_counts(frame, spec)
    rows_read = len(frame)
    keep, dropped = _kept(frame, spec)
    frame = frame.loc[keep].reset_index(drop=True)
    if frame.empty:
        raise DataError(f"{fingerprint.source}: no row is left: " + "; ".join(f"{d.rows} {d.reason}" for d in dropped))
    ids = _ids(frame, spec)
    return Table(
        frame=_ready_features(frame, features),
        ids=ids,
        groups=_groups(frame, spec),
        strata=pd.DataFrame({name: _levels(frame[name]) for name in spec.data.strata}, index=frame.index),
        periods=_levels(frame[spec.data.period]) if spec.data.period else None,
        outcome=_positive(frame, spec.data.outcome, spec.data.positive_value),
        truth=_positive(
            frame,
            spec.data.truth,
            spec.data.positive_value if spec.data.truth_positive_value is None else spec.data.truth_positive_value,
        ),
        weight=np.ones(len(frame)) if spec.data.weight is None else frame[spec.data.weight].to_numpy(dtype=float),
        is_judged=_is_judged(frame, spec, ids),
        features=features,
        rows_read=rows_read,
        dropped=dropped,
        fingerprint=fingerprint,
    )


def _named_columns(spec: AuditSpec) -> list[tuple[Location, str]]:
    """Every column that a declaration names, with the place where it does."""
    data, model = spec.data, spec.model
    named: list[tuple[Location, str | None]] = [
        (("data", key), getattr(data, key)) for key in ("id", "outcome", "truth", "weight", "count", "period")
    ]
    named += [(("data", "features"), name) for name in data.features or ()]
    named += [(("data", "strata"), name) for name in data.strata]
    named += [(("data", "split", "column"), data.split.column if data.split else None)]
    named += [(("protected", index, "column"), one.column) for index, one in enumerate(spec.protected)]
    named += [(("model", key), getattr(model, key)) for key in ("score", "decision")]
    named += [(("model", "points", "column"), model.points.column if model.points else None)]
    if spec.annotations and isinstance(spec.annotations.reference, ReferenceSpec):
        named += [(("annotations", "reference"), spec.annotations.reference.column)]
    named += [(("quantity", i, key), getattr(one, key)) for i, one in enumerate(spec.quantity) for key in _QUANTITY]
    named += [(("stage", index, "column"), one.column) for index, one in enumerate(spec.stage)]
    named += [(("classes", key), getattr(spec.classes, key)) for key in ("decision", "truth") if spec.classes]
    named += [(("search", "columns"), name) for name in (spec.search.columns if spec.search else ())]
    named += [(("explain", "immutable"), name) for name in spec.explain.immutable]
    named += [(("explain", key, name), name) for key in _REACH for name in getattr(spec.explain, key)]
    named += [(("feature_groups", group), name) for group, names in spec.feature_groups.items() for name in names]
    if spec.causes is not None:
        ends = (DECISION, model.decision, data.outcome)
        named += [(("causes", "parents"), name) for name in spec.causes.variables if name not in ends]
    return [(place, name) for place, name in named if name is not None]


def check_columns(columns: list[str], declaration: Declaration) -> None:
    """Refuse columns that are declared and do not exist, all at once."""
    repeated = sorted({column for column in columns if columns.count(column) > 1})
    if repeated:
        raise DataError(f"the table has columns of the same name: {', '.join(map(repr, repeated))}.")
    mistakes = tuple(
        declaration.mistake(
            place, f"there is no column {name!r}", allowed=listed(columns), nearest=nearest_name(name, columns)
        )
        for place, name in _named_columns(declaration.spec)
        if name not in columns
    )
    if mistakes:
        raise DeclarationError(declaration.source, mistakes)


def _check_cells(frame: pd.DataFrame, names: list[str]) -> None:
    """Refuse columns whose cells hold many values, as those of Parquet and of data frames may."""
    for name in dict.fromkeys(names):
        if frame[name].dtype != object:
            continue
        many = [isinstance(cell, (list, dict, set, np.ndarray)) for cell in frame[name]]
        if any(many):
            raise DataError(
                f"column {name!r} holds lists or records in {sum(many)} of {len(frame)} rows (first: row "
                f"{many.index(True) + 1}), and single values are needed. Leave it out, or make columns of its parts."
            )


def _expand_counts(frame: pd.DataFrame, spec: AuditSpec) -> pd.DataFrame:
    """Repeat each row for the people it stands for."""
    if spec.data.count is None:
        return frame.reset_index(drop=True)
    counts = pd.to_numeric(frame[spec.data.count], errors="coerce")
    wrong = ~np.isfinite(counts) | (counts < 0) | (counts != counts.round())
    if wrong.any():
        raise DataError(
            f"column {spec.data.count!r} counts people and must hold whole numbers from 0: "
            f"{int(wrong.sum())} rows do not (first: row {int(np.flatnonzero(wrong)[0]) + 1})."
        )
    people = float(counts.sum())
    if people > MOST_PEOPLE:
        raise DataError(
            f"column {spec.data.count!r} counts {people:,.0f} people; at most {MOST_PEOPLE:,} can be counted this way. "
            "Declare data.weight instead, which repeats no row."
        )
    if people == 0:
        raise DataError(f"column {spec.data.count!r} counts 0 people in every row.")
    return frame.loc[frame.index.repeat(counts.astype(int))].reset_index(drop=True)


def _kept(frame: pd.DataFrame, spec: AuditSpec) -> tuple[npt.NDArray[np.bool_], tuple[Dropped, ...]]:
    """Rows that can be used, and how many fall out for which reason."""
    keep = np.ones(len(frame), dtype=bool)
    dropped = []

    def drop(wrong: pd.Series, reason: str) -> None:
        rows = int((wrong.to_numpy(dtype=bool) & keep).sum())
        if rows:
            dropped.append(Dropped(reason=reason, rows=rows))
            keep[wrong.to_numpy(dtype=bool)] = False

    data = spec.data
    if data.id is not None:
        drop(as_text(frame[data.id]).isna(), f"no id in {data.id!r}")
    if data.outcome is not None:
        drop(as_text(frame[data.outcome]).isna(), f"no outcome in {data.outcome!r}")
    if data.split is not None and data.split.column is not None:
        drop(as_text(frame[data.split.column]).isna(), f"no split in {data.split.column!r}")
    if data.weight is not None:
        weight = pd.to_numeric(frame[data.weight], errors="coerce")
        wrong = weight.isna() | (weight < 0) | ~np.isfinite(weight)
        if wrong.any():
            raise DataError(
                f"column {data.weight!r} holds weights and must hold numbers from 0: {int(wrong.sum())} rows do not "
                f"(first: row {int(np.flatnonzero(wrong)[0]) + 1})."
            )
        with np.errstate(over="ignore"):
            is_summable = bool(np.isfinite(float(weight.sum()) ** 2))
        if not is_summable:
            raise DataError(
                f"column {data.weight!r} holds weights too large to add up (the largest is {weight.max():g}): "
                "divide all of them by one number, which changes no result."
            )
        drop(weight == 0, f"weight 0 in {data.weight!r}")
    return keep, tuple(dropped)


def _ids(frame: pd.DataFrame, spec: AuditSpec) -> pd.Index:
    if spec.data.id is None:
        return pd.Index([str(row) for row in range(len(frame))], dtype=object)
    ids: pd.Index = pd.Index(as_text(frame[spec.data.id]), dtype=object)
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        advice = "Remove the repeats, or name another id column."
        if spec.data.count is not None:
            advice = f"A row that stands for several people (data.count = {spec.data.count!r}) needs no data.id."
        raise DataError(
            f"column {spec.data.id!r} must name each item once, and {len(repeated)} ids stand more than once: "
            f"{listed(list(repeated))}. {advice}"
        )
    return ids


def feature_names(columns: Iterable[str], spec: AuditSpec) -> tuple[str, ...]:
    """Columns the model sees: those declared, or all without another role."""
    if spec.data.features is not None:
        if clash := [name for name in spec.data.features if name in (spec.data.outcome, spec.data.truth)]:
            raise DataError(
                f"data.features lists {clash[0]!r}, which is what the model is to predict or be held against."
            )
        return spec.data.features
    taken = {name for place, name in _named_columns(spec) if place[0] not in LOOKED_AT}
    return tuple(column for column in columns if column not in taken)


def _ready_features(frame: pd.DataFrame, features: tuple[str, ...]) -> pd.DataFrame:
    """Turn dates into days, and refuse what no model can read."""
    ready = frame.copy()
    for name in features:
        column = ready[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            # Not through whole numbers: libraries count in seconds, microseconds or nanoseconds.
            moments = column.dt.tz_convert(None) if isinstance(column.dtype, pd.DatetimeTZDtype) else column
            ready[name] = (moments - pd.Timestamp(0)) / pd.Timedelta(days=1)
        elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
            if np.isinf(values).any():
                raise DataError(
                    f"feature {name!r} holds {int(np.isinf(values).sum())} infinite values "
                    f"(first: row {int(np.flatnonzero(np.isinf(values))[0]) + 1}). Replace them or leave them empty."
                )
            ready[name] = values
    return ready


def _levels(column: pd.Series) -> pd.Series:
    codes, uniques = pd.factorize(column)
    texts = np.array([*(text_of(value) or NOT_RECORDED for value in uniques), NOT_RECORDED], dtype=object)
    # Only the distinct values are turned into text and sorted; of the rows only the codes are touched.
    used = texts if (codes < 0).any() else texts[:-1]
    levels, place = np.unique(used.astype(str), return_inverse=True)
    values = pd.Categorical.from_codes(place.reshape(-1)[codes], pd.Index(levels.tolist(), dtype=object))
    return pd.Series(values, index=column.index, name=column.name)


def _groups(frame: pd.DataFrame, spec: AuditSpec) -> pd.DataFrame:
    groups = {}
    for protected in spec.protected:
        column = frame[protected.column]
        if protected.edges is not None:
            column = _cut(column, protected.column, protected.edges)
        elif pd.api.types.is_float_dtype(column) or pd.api.types.is_integer_dtype(column):
            found = column.nunique()
            if found > MOST_NUMERIC_GROUPS:
                raise DataError(
                    f"protected attribute {protected.column!r} is a number with {found} values. "
                    "Declare where groups begin, for example: edges = [25, 45, 65]."
                )
        groups[protected.column] = _levels(column)
    return pd.DataFrame(groups, index=frame.index)


def _cut(column: pd.Series, name: str, edges: tuple[float, ...]) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.isna().all():
        raise DataError(f"protected attribute {name!r} has edges and holds no number.")
    names = cut_names(edges)
    cut = pd.cut(numbers, [-np.inf, *edges, np.inf], right=False, labels=names)
    return cut.astype(object).where(numbers.notna())


def cut_names(edges: tuple[float, ...]) -> list[str]:
    """Name the groups between edges.

    Examples
    --------
    >>> cut_names((25, 45))
    ['under 25', '25 to under 45', '45 and over']
    """
    shown = [str(text_of(edge)) for edge in edges]
    between = [f"{low} to under {high}" for low, high in itertools.pairwise(shown)]
    return [f"under {shown[0]}", *between, f"{shown[-1]} and over"]


def _positive(frame: pd.DataFrame, column: str | None, positive: object) -> FloatArray | None:
    if column is None:
        return None
    values = equals(frame[column], positive)
    if not (values == 1).any():
        raise never_positive(column, positive, sorted(as_text(frame[column]).dropna().unique()))
    return values


def never_positive(column: str, positive: object, found: list[str]) -> DataError:
    """Say that a column never holds the declared positive value."""
    nearest = nearest_name(str(positive), found)
    hint = f" Did you mean {nearest!r}?" if nearest else ""
    return DataError(
        f"column {column!r} never holds the declared positive value {positive!r}; it holds {listed(found)}.{hint}"
    )


def _is_judged(frame: pd.DataFrame, spec: AuditSpec, ids: pd.Index) -> BoolArray:
    """Rows that measure: by a column, by a drawn share, or all."""
    split = spec.data.split
    if split is None and spec.model.train is None:
        return np.ones(len(frame), dtype=bool)
    if split is not None and split.column is not None:
        wanted = split.test if isinstance(split.test, list) else [split.test]
        judged = np.zeros(len(frame), dtype=bool)
        for value in wanted:
            judged |= equals(frame[split.column], value) == 1
        if not judged.any() or (judged.all() and spec.model.train is not None):
            found = listed(sorted(as_text(frame[split.column]).dropna().unique()))
            what = "every row" if judged.any() else "no row"
            raise DataError(f"split: {what} of column {split.column!r} holds {split.test!r}; it holds {found}.")
        return judged
    share, seed = (split.test_share, split.seed) if split else (DEFAULT_TEST_SHARE, spec.uncertainty.seed)
    return _drawn(ids, float(share or DEFAULT_TEST_SHARE), seed)


def _drawn(ids: pd.Index, share: float, seed: int) -> BoolArray:
    """Draw a share of items by a hash of their ids, so that the order of rows changes nothing."""
    size = round(share * len(ids))
    if not 0 < size < len(ids):
        raise DataError(f"split: a test_share of {share} leaves {size} of {len(ids)} rows to measure.")
    digests = [hashlib.sha256(f"{seed}\x00{name}".encode()).digest() for name in ids]
    judged = np.zeros(len(ids), dtype=bool)
    judged[sorted(range(len(ids)), key=digests.__getitem__)[:size]] = True
    return judged


def listed(values: list[str]) -> str:
    """List some values for a message, and say how many there are.

    Examples
    --------
    >>> listed(["a", "b"]), listed([])
    ("'a', 'b'", 'nothing')
    """
    if not values:
        return "nothing"
    shown = ", ".join(repr(value) for value in values[:VALUES_SHOWN])
    return shown + (f", … ({len(values)} in all)" if len(values) > VALUES_SHOWN else "")
