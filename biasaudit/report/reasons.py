"""Texts that other rooms write into a result as plain English, so that a catalogue can translate them.

Places in braces stand for what those rooms fill in. A text that stands neither here nor in the
translations of its audit is shown in English; a test holds this list against the sources.
"""

from __future__ import annotations

from biasaudit.results import TOO_FEW_TO_SHOW

#: Why something is undefined, was left out, or did not apply; and how it was measured.
REASONS: tuple[str, ...] = (
    # data
    "no id in '{column}'",
    "no outcome in '{column}'",
    "no split in '{column}'",
    "weight 0 in '{column}'",
    "labels without an item in '{column}'",
    "labels of items that are not in the table",
    "labels without an annotator in '{column}'",
    "rows without a label in '{column}'",
    "labels that the same annotator gave the same item again later",
    # measures
    "all people of the group have a weight of zero",
    "no one of the group is truly positive",
    "no one of the group is truly negative",
    "no one of the group whose outcome is known was decided positive",
    "the outcome of no one of the group is known",
    "in the reference: {why}",
    "the rate of the reference is zero, so nothing can be divided by it",
    "too few people: the rate of the group or of its reference rests on fewer than the declared minimum",
    "the interval reaches both inside and outside the tolerance",
    "today's rates lie so near the border of the tolerance that no number of people would settle it",
    "everyone is in one group, so there is no one to compare with",
    "all people whose outcome is known have the same one",
    "no one of the group or of its reference is here",
    "no stratum holds people of both groups",
    "no interval: within every stratum all rates are zero or one",
    "the interval has no bound on one side",
    "not a finite number",
    "scores outside 0 to 1 are not chances, so there is nothing to hold rates against",
    "no interval: this mean distance is above zero by chance alone",
    "no one of the group is truly positive, or no one is truly negative",
    "no one of the group is truly positive or was decided positive",
    "a metric needs an outcome or a truth to compare with",
    "there are no scores",
    "the metric gives no finite number for this group",
    "no interval: the metric fails on too many resampled tables",
    "everyone, or no one, is selected",
    "in no stratum are some selected and others not",
    "there are no scores here, only decisions",
    "there is no outcome or truth to measure errors against",
    "no strata are declared to decompose the gap over",
    "the table cannot be counted where it lives: {why}",
    "no one of the group has a value",
    "no interval: fewer than two people have a value",
    "no interval at this level: too few people for a median",
    "no one of the group whose outcome is known was decided negative",
    "no one is here",
    "the rows were counted where they lie and not loaded, and this needs them one by one",
    "measure {name}",
    "no one of the group trains the model, so nothing can be divided by their share",
    "the measure searched needs an outcome or a truth",
    "no one of the group, or no one else, is among the held-out rows",
    # drivers
    "fewer than {n} people in the group or its reference",
    "nobody's inputs change, or one more unit of the points column does not move the score",
    "This audit was given {given} made elsewhere. Without the model itself, nothing can be said about which inputs drive the gap.",
    "This audit was given {given} made elsewhere. Without the model itself, it cannot be asked what it would say about other inputs.",
    "This audit was given {given} made elsewhere. Without the model itself, it cannot be asked anything.",
    "No protected attribute is an input of the model, and no [[flip]] is declared.",
    # traces
    "no item of this group has a label",
    "too few items for an interval: the coefficient does not exist in many resamples",
    "fewer than {n} labelled items in a group",
    "pooled: each of these units has fewer than 5 annotators",
    "(fewer than {n} annotators)",
    "no judged item has a label",
    "fewer than half of the judged items have a reference label",
    "no units of annotators are declared",
    "{units} and {unit} are not linked by items that both labelled (at least {n} are needed, directly or through other units), so that their labels cannot be told from their items; reference labels in a column would anchor them",
    "the reference unit {unit} has fewer than {n} annotators, too few to stand for a unit",
    "{kind} has fewer than two units of at least {n} annotators whose labels train the model",
    "{kind} has {units} units, and the exact attribution retrains the model 2 to the power of that: at most {n} units are attributed to",
    "no label of {kind} is by the declared reference unit {unit}",
    "an item whose labels are tied counts as half positive",
    "an item whose labels are tied counts as positive, as in the recorded outcomes",
    "an item whose labels are tied counts as not positive, as in the recorded outcomes",
    "this rule knows no ties",
    "labels are averaged, so there are no ties",
    "the model was not trained here, so that it cannot be trained again with other labels",
    "{n} labels of units with fewer than {fewest} annotators stay as given throughout, and nothing is said about them",
    "no item that trains the model has a label",
    "no group has {n} judged people, or there is only one group",
    "no item that trains the model has a reference label",
    "labels that are marks can so far be held against reference labels in a column only",
    "labels are marks between 0 and 1, and agreement is counted on labels",
    "traces: attribution to small units of {kind}",
    "traces: attribution to {kind}",
    # engine
    "no [annotations] are declared: who made the labels is not known to this audit",
    "there is no model here whose inputs could stand in for anything",
    "no strata are declared within which to measure the gap again",
    "no column of periods is declared",
    # results
    TOO_FEW_TO_SHOW,
    # findings
    "nothing was measured that this gate could be held against",
    "a group has fewer than {n} people",
    "the interval lies on both sides of the bound",
    "the rate is undefined",
    # how contributions were measured
    "{n} of {m} rows, calibrated on score and inputs",
    "exact Shapley values (Lundberg & Lee 2017), {n} background rows; group mean minus reference mean; {how}",
    "exact Shapley values (Lundberg & Lee 2017), {n} backgrounds; group mean minus reference mean; {how}",
    "Shapley values by {n} antithetic permutations a row (Lundberg & Lee 2017), {m} background rows; group mean minus reference mean; {how}",
)
#: What may fill a place of them, and is ours.
PARTS: tuple[str, ...] = ("scores", "decisions", "all rows")
