"""What a change would have done to gaps and accuracy on the judged people: measured, never advised."""

from biasaudit.remedies.bench import Bench, Draw, Figures, make_bench
from biasaudit.remedies.measuring import measure_remedies
from biasaudit.remedies.reductions import reduction_way, threshold_optimizer_way
from biasaudit.remedies.retraining import drop_way, reweighing_way, reweighing_weights, stand_ins
from biasaudit.remedies.ways import Way, today_way, try_ways

__all__ = [
    "Bench",
    "Draw",
    "Figures",
    "Way",
    "drop_way",
    "make_bench",
    "measure_remedies",
    "reduction_way",
    "reweighing_way",
    "reweighing_weights",
    "stand_ins",
    "threshold_optimizer_way",
    "today_way",
    "try_ways",
]
