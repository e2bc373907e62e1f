"""The rules that are held against the declared one, applied to the same labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.rules.jury import Jury, jury_verdicts
from biasaudit.traces.rules.rule import Rule, RuleName, aggregate, cut

#: Share that a supermajority needs where the audit declares no other: two thirds, as in many assemblies.
TWO_THIRDS = 2 / 3
#: Above so many labels GLAD, which takes some minutes for a million, is left out.
MOST_LABELS_FOR_GLAD = 300_000
#: The rules compared, in the order in which they are shown.
ORDER: tuple[RuleName, ...] = (
    "majority", "supermajority", "any", "all", "mean", "skill-weighted", "dawid-skene", "mace", "glad", "jury",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RuleLabels:
    """What every rule makes of one log.

    Attributes
    ----------
    ballots : Ballots
        The labels.
    rules : tuple of Rule
        The rules, in the order of :data:`ORDER`.
    declared : int
        Place of the declared one.
    labels : array of float, shape (items, rules)
        Their labels, from 0 to 1.
    verdicts : array of float, shape (items, rules)
        The same with means cut at a half.
    notes : tuple of str
        What a rule could not do as stated; empty texts for the others.
    """

    ballots: Ballots
    rules: tuple[Rule, ...]
    declared: int
    labels: FloatArray
    verdicts: FloatArray
    notes: tuple[str, ...]

    @property
    def changed(self) -> FloatArray:
        """Items whose label is another than under the declared rule, shape (rules,)."""
        return np.asarray(np.abs(self.verdicts - self.verdicts[:, [self.declared]]).sum(axis=0))


def compared_rules(declared: Rule, ballots: Ballots, jury: Jury | None) -> tuple[Rule, ...]:
    """List the rules that are held against the declared one; all break ties as that one does.

    Parameters
    ----------
    declared : Rule
        The declared rule.
    ballots : Ballots
        The labels, 0 or 1.
    jury : Jury, optional
        The declared jury.

    Returns
    -------
    tuple of Rule
        With the declared one among them.

    Raises
    ------
    NotApplicableError
        Where labels are marks between 0 and 1.
    """
    if not ballots.is_binary:
        raise NotApplicableError("labels are marks between 0 and 1, of which only their mean makes one label")
    left_out = {"glad"} if len(ballots.label) > MOST_LABELS_FOR_GLAD else set()
    left_out |= {"jury"} if jury is None else set()
    found = []
    for name in ORDER:
        if name == declared.name:
            found.append(declared)
        elif name not in left_out:
            share = TWO_THIRDS if name == "supermajority" else None
            found.append(Rule(name=name, share=share, tie=declared.tie, jury=jury if name == "jury" else None))
    return tuple(found)


def apply_rules(rules: Sequence[Rule], declared: Rule, ballots: Ballots) -> RuleLabels:
    """Apply every rule to the whole log.

    Parameters
    ----------
    rules : sequence of Rule
        As :func:`compared_rules` gives them.
    declared : Rule
        The declared one among them.
    ballots : Ballots
        The labels.

    Returns
    -------
    RuleLabels
        Their labels.

    Examples
    --------
    >>> ballots = Ballots(
    ...     rows=np.array([0, 1]),
    ...     item=np.array([0, 0, 0, 1, 1, 1]),
    ...     annotator=np.array([0, 1, 2, 0, 1, 2]),
    ...     label=np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0]),
    ...     source=np.arange(6),
    ... )
    >>> declared = Rule(name="majority")
    >>> made = apply_rules(compared_rules(declared, ballots, None), declared, ballots)
    >>> [rule.name for rule in made.rules][:4], made.changed[:4].tolist()
    (['majority', 'supermajority', 'any', 'all'], [0.0, 0.0, 1.0, 1.0])
    """
    labels, notes = [], []
    for rule in rules:
        note = ""
        if rule.name == "jury" and rule.jury is not None:
            verdicts = jury_verdicts(rule.jury, ballots, ballots.label, rule.tie)
            labels.append(verdicts.chance)
            if verdicts.incomplete:
                note = (
                    f"{verdicts.incomplete} of {ballots.n_items} items have no label by one of the groups with seats; "
                    "there the other groups take these seats"
                )
        else:
            labels.append(aggregate(rule, ballots))
        notes.append(note)
    together = np.column_stack(labels)
    verdicts_ = together.copy()
    for place, rule in enumerate(rules):
        if rule.name == "mean":
            verdicts_[:, place] = cut(together[:, place], rule.tie)
    names = [rule.name for rule in rules]
    return RuleLabels(
        ballots=ballots,
        rules=tuple(rules),
        declared=names.index(declared.name),
        labels=together,
        verdicts=verdicts_,
        notes=tuple(notes),
    )


def known_truth(table: Table, log: AnnotationLog, ballots: Ballots) -> FloatArray:
    """Give the truth of each labelled item: the declared truth, else its reference label, else NaN."""
    if table.truth is not None:
        return np.asarray(table.truth[ballots.rows], dtype=float)
    if "reference" not in log.frame:
        return np.full(ballots.n_items, np.nan)
    by_label = log.frame["reference"].to_numpy(dtype=float)[ballots.source]
    truth = np.full(ballots.n_items, np.nan)
    truth[ballots.item] = by_label
    return truth
