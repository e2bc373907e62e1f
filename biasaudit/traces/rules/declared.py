"""The rule that an audit declares, with whatever of the log it needs."""

from __future__ import annotations

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import FloatArray
from biasaudit.spec import AnnotationsSpec
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.rules.jury import jury_of
from biasaudit.traces.rules.rule import Rule, declared_rule


def rule_of(log: AnnotationLog, declared: AnnotationsSpec, ballots: Ballots, outcome: FloatArray | None) -> Rule:
    """Give the declared rule, with its jury where that is the rule.

    Parameters
    ----------
    log : AnnotationLog
        All labels.
    declared : AnnotationsSpec
        The declaration.
    ballots : Ballots
        The labels that the rule is used on.
    outcome : array of float, shape (rows of the table,), or None
        Recorded outcomes, which show how ties went.

    Raises
    ------
    NotApplicableError
        Where the declared jury cannot be drawn.
    """
    jury = jury_of(log, declared.jury) if declared.rule == "jury" and declared.jury is not None else None
    return declared_rule(declared.rule, declared.share, ballots, outcome, jury)
