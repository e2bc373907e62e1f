"""The log of who labelled what: one row a label, annotators without their names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.label_values import at_or_above, is_marks, label_values
from biasaudit.data.moments import no_moments, read_moments
from biasaudit.data.pseudonyms import codes_by_work
from biasaudit.data.table import Table
from biasaudit.data.values import as_text, equals
from biasaudit.errors import DataError
from biasaudit.results import NOT_RECORDED, Dropped, Fingerprint
from biasaudit.spec import AnnotationsSpec, nearest_name

#: So many values are listed in a message, then an ellipsis.
VALUES_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class AnnotationLog:
    """Labels as given, joined to the items of a table.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a label. Columns: ``item`` (int, row of the table), ``annotator`` (int code from 0;
        the name is forgotten on reading), ``label`` (float, 1 positive, 0 not; of ordinal and
        interval labels those at or above ``positive_value`` are positive), ``value`` (float: the
        code of the class, the position on the scale, or the number; a mark itself), ``reference``
        (float 1, 0 or NaN; only where reference labels are a column of the item table), ``pay``
        and ``seconds`` (float, NaN where unknown), ``started`` (time in UTC, NaT where unknown),
        ``accepted`` (float 1, 0 or NaN where unknown), one categorical column ``unit:<name>`` for
        each declared unit and ``attribute:<name>`` for each declared annotator attribute, missing
        values as ``NOT_RECORDED``.
    units : tuple of str
        Names of the declared units, without the prefix.
    attributes : tuple of str
        Names of the declared annotator attributes, without the prefix.
    dropped : tuple of Dropped
        Labels left out, with their reasons.
    fingerprint : Fingerprint
        Digest of the source.
    classes : tuple of str
        What ``value`` 0, 1, … stands for: classes in the order of their texts, or the declared
        steps, lowest first. Empty where values are numbers.
    """

    frame: pd.DataFrame
    units: tuple[str, ...]
    attributes: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    fingerprint: Fingerprint
    classes: tuple[str, ...] = ()


def read_annotations(
    frame: pd.DataFrame,
    spec: AnnotationsSpec,
    table: Table,
    *,
    fingerprint: Fingerprint,
    reference_column: pd.Series | None = None,
    column_hint: str = "",
    item_hint: str = "",
) -> AnnotationLog:
    """Turn a log as read into labels joined to the items of a table.

    Items are compared as text (3, 3.0 and "3" are one item), labels with ``positive_value`` in the
    same way. Annotators get codes whose order follows from their labels alone, so that neither a name
    nor the order of names survives, and no key changes a result.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a label, with the columns that ``spec`` names.
    spec : AnnotationsSpec
        What the columns mean.
    table : Table
        The items.
    fingerprint : Fingerprint
        Digest of the source of ``frame``.
    reference_column : pandas.Series, shape (len(table),), optional
        Reference label of each item, in the order of the table: its values are compared with
        ``positive_value`` as labels are.
    column_hint, item_hint : str
        What to add where a column is missing, and where no item is in the table.

    Returns
    -------
    AnnotationLog
        The labels kept; each one left out is counted with its reason.

    Raises
    ------
    DataError
        Where declared columns do not exist (all of them at once), where no label belongs to an
        item of the table, or where labels cannot be read as positive or not.

    Examples
    --------
    >>> import numpy as np
    >>> from biasaudit.results import Fingerprint
    >>> source = Fingerprint(role="annotations", source="votes.csv", sha256="0" * 64)
    >>> items = Table(
    ...     frame=pd.DataFrame(index=range(2)),
    ...     ids=pd.Index(["7", "8"]),
    ...     groups=pd.DataFrame(index=range(2)),
    ...     strata=pd.DataFrame(index=range(2)),
    ...     periods=None,
    ...     outcome=None,
    ...     truth=None,
    ...     weight=np.ones(2),
    ...     is_judged=np.ones(2, dtype=bool),
    ...     features=(),
    ...     rows_read=2,
    ...     dropped=(),
    ...     fingerprint=source,
    ... )
    >>> votes = pd.DataFrame({"id": [7.0, 8.0, 9.0], "who": ["Ann", "Bo", "Bo"], "vote": ["yes", "no", "yes"]})
    >>> spec = AnnotationsSpec(item="id", annotator="who", label="vote", positive_value="yes")
    >>> log = read_annotations(votes, spec, items, fingerprint=source)
    >>> log.frame["label"].tolist(), log.dropped[0].rows
    ([1.0, 0.0], 1)
    """
    _check_columns(frame, spec, fingerprint.source, column_hint)
    frame, dropped = _kept_labels(frame.reset_index(drop=True), spec, table, fingerprint.source, item_hint)
    item = table.ids.get_indexer(pd.Index(as_text(frame[spec.item]), dtype=object)).astype(np.intp)
    values = label_values(frame[spec.label], spec)
    columns: dict[str, object] = {
        "item": item,
        "label": _labels(frame[spec.label], spec),
        "value": values.value,
    }
    if reference_column is not None:
        known = _read_positive(reference_column.reset_index(drop=True), spec)
        if not (known == 1).any():
            raise DataError(
                f"the reference labels never hold the declared positive value {spec.positive_value!r} of the "
                "annotations: write both in the same words."
            )
        columns["reference"] = known[item]
    for name, source in (("pay", spec.pay), ("seconds", spec.seconds)):
        columns[name] = np.full(len(frame), np.nan) if source is None else _amounts(frame[source])
    columns["started"] = no_moments(len(frame)) if spec.started is None else read_moments(frame[spec.started])
    columns["accepted"] = np.full(len(frame), np.nan) if spec.accepted is None else _acceptance(frame, spec)
    columns |= {f"unit:{name}": _levels(frame[name]) for name in spec.units}
    columns |= {f"attribute:{name}": _levels(frame[name]) for name in spec.attributes}
    work = pd.DataFrame({**columns, "item": pd.Categorical.from_codes(item, categories=table.ids)})
    columns["annotator"] = codes_by_work(as_text(frame[spec.annotator]), work)
    return AnnotationLog(
        frame=pd.DataFrame({"item": item, "annotator": columns.pop("annotator"), **columns}),
        units=spec.units,
        attributes=spec.attributes,
        dropped=dropped,
        fingerprint=fingerprint,
        classes=values.classes,
    )


def _check_columns(frame: pd.DataFrame, spec: AnnotationsSpec, source: str, hint: str) -> None:
    """Refuse a log without the declared columns, naming all that are missing."""
    wanted = [spec.item, spec.annotator, spec.label, *spec.units, *spec.attributes]
    wanted += [name for name in (spec.pay, spec.seconds, spec.started, spec.accepted) if name is not None]
    available = [str(column) for column in frame.columns]
    missing = [name for name in dict.fromkeys(wanted) if name not in available]
    if missing:
        hints = [(name, nearest_name(name, available)) for name in missing]
        said = ", ".join(f"{name!r}" + (f" (did you mean {near!r}?)" if near else "") for name, near in hints)
        raise DataError(
            f"{source}: the annotations have no column {said}. Available: {', '.join(map(repr, available))}. {hint}".strip()
        )
    repeated = sorted({name for name in wanted if available.count(name) > 1})
    if repeated:
        raise DataError(f"{source}: the annotations have columns of the same name: {', '.join(map(repr, repeated))}.")
    if frame.empty:
        raise DataError(f"{source}: the annotations have columns and no rows.")


def _kept_labels(
    frame: pd.DataFrame, spec: AnnotationsSpec, table: Table, source: str, hint: str
) -> tuple[pd.DataFrame, tuple[Dropped, ...]]:
    """Labels that can be used, and how many fall out for which reason."""
    items, annotators = as_text(frame[spec.item]), as_text(frame[spec.annotator])
    is_known = np.asarray(table.ids.get_indexer(pd.Index(items, dtype=object)) >= 0)
    if not is_known.any():
        there, here = items.dropna(), [str(name) for name in table.ids[:1]]
        raise DataError(
            f"{source}: no label belongs to an item of the table. Column {spec.item!r} of the annotations holds "
            f"{str(there.iloc[0]) if len(there) else 'nothing'!r}, while items of the table are named "
            f"{here[0] if here else ''!r}: declare data.id, or another item column. {hint}".rstrip()
        )
    keep = np.ones(len(frame), dtype=bool)
    dropped = []
    reasons = (
        (items.isna().to_numpy(), f"labels without an item in {spec.item!r}"),
        (~is_known, "labels of items that are not in the table"),
        (annotators.isna().to_numpy(), f"labels without an annotator in {spec.annotator!r}"),
        (as_text(frame[spec.label]).isna().to_numpy(), f"rows without a label in {spec.label!r}"),
    )
    for wrong, reason in reasons:
        if rows := int((wrong & keep).sum()):
            dropped.append(Dropped(reason=reason, rows=rows))
            keep &= ~wrong
    pairs = pd.DataFrame({"item": items, "annotator": annotators})[keep]
    again = pairs.duplicated(keep="last")
    if rows := int(again.sum()):
        dropped.append(Dropped(reason="labels that the same annotator gave the same item again later", rows=rows))
    kept = frame.loc[pairs.index[~again.to_numpy()]].reset_index(drop=True)
    if kept.empty:
        told = "; ".join(f"{one.rows} {one.reason}" for one in dropped)
        raise DataError(f"{source}: no label is left: {told}.")
    return kept, tuple(dropped)


def _labels(column: pd.Series, spec: AnnotationsSpec) -> npt.NDArray[np.float64]:
    """Read labels as 1 and 0, or as marks from 0 to 1 where the rule is their mean."""
    has_marks = is_marks(column)
    if has_marks and spec.rule != "mean" and spec.label_kind == "nominal":
        raise DataError(
            f"column {spec.label!r} holds marks between 0 and 1, which rule = {spec.rule!r} cannot count: "
            "declare rule = 'mean', or write each label as one value or another."
        )
    if has_marks and spec.rule == "mean":
        return pd.to_numeric(column).to_numpy(dtype=float)
    labels = _read_positive(column, spec)
    if spec.label_kind != "nominal" and labels.min() == labels.max():
        where = "at or above" if labels.max() else "below"
        raise DataError(
            f"every label in column {spec.label!r} is {where} the declared positive value {spec.positive_value!r}: "
            f"set annotations.positive_value to the lowest {'step' if spec.order else 'number'} that means positive."
        )
    if not (labels == 1).any():
        found = sorted({str(text) for text in as_text(column)})
        shown = ", ".join(map(repr, found[:VALUES_SHOWN])) + (", …" if len(found) > VALUES_SHOWN else "")
        near = nearest_name(str(spec.positive_value), found)
        hint = f" Did you mean {near!r}?" if near else ""
        raise DataError(
            f"column {spec.label!r} never holds the declared positive value {spec.positive_value!r}; "
            f"it holds {shown}.{hint} Set annotations.positive_value."
        )
    return labels


def _read_positive(column: pd.Series, spec: AnnotationsSpec) -> npt.NDArray[np.float64]:
    """Read 1 where the positive value stands, or on a scale what is at or above it; else 0, or NaN where missing."""
    return equals(column, spec.positive_value) if spec.label_kind == "nominal" else at_or_above(column, spec)


def _amounts(column: pd.Series) -> npt.NDArray[np.float64]:
    """Read amounts from 0; what is no such number is not known."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(numbers) & (numbers >= 0), numbers, np.nan)


def _acceptance(frame: pd.DataFrame, spec: AnnotationsSpec) -> npt.NDArray[np.float64]:
    """Read whether each label was accepted; a column that never says yes, and not no either, is refused."""
    column = frame[str(spec.accepted)]
    accepted = equals(column, spec.accepted_value)
    is_said_no = equals(column, 0)[~np.isnan(accepted)]
    if len(is_said_no) and not (accepted == 1).any() and not (is_said_no == 1).all():
        found = sorted({str(text) for text in as_text(column).dropna()})
        shown = ", ".join(map(repr, found[:VALUES_SHOWN])) + (", …" if len(found) > VALUES_SHOWN else "")
        raise DataError(
            f"column {spec.accepted!r} never holds the declared value {spec.accepted_value!r} of accepted labels; "
            f"it holds {shown}. Set annotations.accepted_value."
        )
    return accepted


def _levels(column: pd.Series) -> pd.Categorical:
    return pd.Categorical(as_text(column).fillna(NOT_RECORDED))
