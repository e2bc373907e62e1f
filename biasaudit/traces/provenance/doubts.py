"""What a declared provenance says that the log and the audit do not bear out: told, since either may be right."""

from __future__ import annotations

from biasaudit.data.annotations import AnnotationLog
from biasaudit.results import Step
from biasaudit.spec import AnnotationsSpec, ProvenanceSpec
from biasaudit.traces.disclosure import columns_of


def provenance_doubts(provenance: ProvenanceSpec, declared: AnnotationsSpec, log: AnnotationLog) -> tuple[Step, ...]:
    """Hold a provenance against the log and the audit that it comes with.

    Parameters
    ----------
    provenance : ProvenanceSpec
        How the labels were made, by columns that the log has.
    declared : AnnotationsSpec
        ``[annotations]`` of the audit.
    log : AnnotationLog
        The labels.

    Returns
    -------
    tuple of Step
        One for each unit that no label of the log belongs to, and one where the rule is not the one
        that the audit declares.
    """
    units = [entry.unit for entry in provenance.link]
    units += [entry.unit for entry in provenance.guideline]
    units += [entry.unit for entry in provenance.pay]
    named = [(kind, value) for unit in units for kind, values in unit.items() for value in values]
    columns, doubts = columns_of(log), []
    for kind, value in dict.fromkeys(named):
        if value not in log.frame[columns[kind]].astype(str).unique():
            doubts.append(f"no label of the log has '{value}' in '{kind}', of which provenance.toml speaks")
    if provenance.rule.name is not None and provenance.rule.name != declared.rule:
        doubts.append(
            f"provenance.toml says that labels were agreed on by '{provenance.rule.name}', the audit says "
            f"'{declared.rule}'; the audit's is measured"
        )
    part = "traces: what the provenance says"
    return tuple(Step(name=part, outcome="not_applicable", reason=reason) for reason in doubts)
