"""Evidence in, one judged sentence out: one file a code.

A check is a function of the result so far. It gives one finding or several, each with an outcome
(found, not found, cannot tell, not applicable, failed), a sentence, and pointers to its evidence.
Checks measure nothing: what they weigh stands in the result already.
"""

from biasaudit.findings import (
    ba101_rows_left_out,
    ba102_small_groups,
    ba103_errors_against_labels,
    ba201_agreement_by_group,
    ba301_selection_gap,
    ba302_error_gaps,
    ba303_pooled_and_stratified,
    ba401_drivers,
    ba402_stand_ins,
    ba403_flips,
    ba501_stages,
    ba502_units,
    ba503_shared_bias,
    ba504_missing_links,
    ba505_pools,
    ba506_rules,
    ba507_overruled,
    ba508_labels_that_matter,
    ba509_pay_below_floor,
    ba510_work_not_accepted,
)
from biasaudit.findings.gates import judge_gates

#: The checks of this package, in the order of their codes; offered as the entry point
#: ``biasaudit.findings`` like anybody's.
CHECKS = (
    ba101_rows_left_out.check,
    ba102_small_groups.check,
    ba103_errors_against_labels.check,
    ba201_agreement_by_group.check,
    ba301_selection_gap.check,
    ba302_error_gaps.check,
    ba303_pooled_and_stratified.check,
    ba401_drivers.check,
    ba402_stand_ins.check,
    ba403_flips.check,
    ba501_stages.check,
    ba502_units.check,
    ba503_shared_bias.check,
    ba504_missing_links.check,
    ba505_pools.check,
    ba506_rules.check,
    ba507_overruled.check,
    ba508_labels_that_matter.check,
    ba509_pay_below_floor.check,
    ba510_work_not_accepted.check,
)


__all__ = ["CHECKS", "judge_gates"]
