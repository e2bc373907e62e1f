"""Our terms in English, by the codes of a result; the catalogue translates them."""

from __future__ import annotations

from biasaudit.report.messages import Message, message
from biasaudit.results.sentences import name

MEASURES = {
    "selection_rate": message("selection rate"),
    "tpr": message("true positive rate"),
    "fpr": message("false positive rate"),
    "tnr": message("true negative rate"),
    "fnr": message("false negative rate"),
    "ppv": message("precision"),
    "npv": message("negative precision"),
    "fdr": message("false discovery rate"),
    "for": message("false omission rate"),
    "false_alarm_share": message("share of false alarms"),
    "f1": message("F1"),
    "jaccard": message("Jaccard index"),
    "balanced_accuracy": message("balanced accuracy"),
    "mean_score": message("mean score"),
    "median": message("median"),
    "mean": message("mean"),
    "scoring_rate": message("share with a score above the cut"),
    "share_in_top": message("share among the first"),
    "exposure": message("exposure in the ranking"),
    "passed": message("share that passed"),
    "accuracy": message("accuracy"),
    "base_rate": message("base rate"),
    "agreement": message("agreement with the recorded outcome"),
    "auc": message("area under the curve"),
    "roc_auc": message("area under the curve"),
    "brier": message("Brier score"),
}
#: What a measure counts, for people who do not know its name.
MEANINGS = {
    "selection_rate": message("Of 100 people, how many are decided positive."),
    "tpr": message("Of 100 who are positive, how many are decided positive."),
    "fpr": message("Of 100 who are not positive, how many are decided positive all the same."),
    "tnr": message("Of 100 who are not positive, how many are decided negative."),
    "fnr": message("Of 100 who are positive, how many are decided negative all the same."),
    "ppv": message("Of 100 decided positive, how many are positive."),
    "npv": message("Of 100 decided negative, how many are not positive."),
    "fdr": message("Of 100 decided positive, how many are not positive."),
    "for": message("Of 100 decided negative, how many are positive."),
    "false_alarm_share": message("Of 100 people, how many are decided positive without being so."),
    "accuracy": message("Of 100 people, how many are decided as they are."),
    "base_rate": message("Of 100 people, how many are positive, whatever was decided."),
}
STATISTICS = {"gap": message("gap"), "ratio": message("ratio"), "change": message("growth of the gap")}
#: What a gap did between two results.
MOVEMENTS = {
    "wider": message("wider"),
    "narrower": message("narrower"),
    "across": message("on the other side"),
    "not_told": message("no more than chance"),
}
#: Where two runs differ beside their numbers, and in what.
PARTS_OF_A_RUN = {
    "declaration": message("declaration"),
    "data": message("data"),
    "model": message("model"),
    "versions": message("versions"),
    "run": message("run"),
}
DIFFERENT = {
    "title": message("title"),
    "decision": message("decision"),
    "people": message("who is judged"),
    "positive_is": message("whether the decision helps or harms"),
    "tolerance_gap": message("tolerated gap"),
    "tolerance_ratio": message("tolerated ratio"),
    "minimum_size": message("smallest group that is judged"),
    "outcome": message("recorded label"),
    "truth": message("trusted later outcome"),
    "errors_against": message("what errors are measured against"),
    "features": message("what the model sees"),
    "strata": message("strata"),
    "period": message("column of periods"),
    "rows": message("rows read"),
    "rows_train": message("rows that trained the model"),
    "rows_judged": message("rows judged"),
    "items": message("people judged"),
    "annotations": message("labels"),
    "source": message("source"),
    "parameters": message("parameters"),
    "cut": message("how scores decide"),
    "cut_value": message("where the line is"),
    "seed": message("seed"),
    "sha256": message("digest of the declaration"),
    "git": message("checkout"),
}
STAGES = {
    "reference_label": message("reference label"),
    "annotation": message("single label"),
    "label": message("agreed label"),
    "model": message("score of the model"),
    "decision": message("decision"),
}
VERDICTS = {
    "exceeds": message("beyond the tolerance"),
    "within": message("within the tolerance"),
    "cannot_tell": message("cannot tell"),
}
GATE_OUTCOMES = {"met": message("met"), "not_met": message("not met"), "cannot_tell": message("cannot tell")}
OUTCOMES = {
    "found": message("Found"),
    "not_found": message("Looked for, not found"),
    "cannot_tell": message("Cannot be told"),
    "not_applicable": message("Did not apply"),
    "failed": message("Failed"),
}
COEFFICIENTS = {
    "krippendorff_alpha": message("alpha"),
    "percent_agreement": message("agreement, in 100"),
    "prevalence": message("labelled positive, in 100"),
    "gwet_ac1": message("Gwet's AC1"),
    "gwet_ac2": message("Gwet's AC2"),
    "below_80_percent": message("items under 80 % agreement, in 100"),
    "alpha_within": message("alpha among them"),
    "alpha_across": message("alpha with the others"),
    "group_association": message("alpha among them over alpha with the others"),
}
RULES = {
    "majority": message("the majority of labels"),
    "supermajority": message("a larger majority of labels"),
    "dawid-skene": message("the Dawid-Skene model"),
    "mean": message("the mean of labels"),
    "any": message("any positive label"),
    "all": message("all labels being positive"),
    "mace": message("the MACE model"),
    "glad": message("the GLAD model"),
    "skill-weighted": message("a vote weighted by agreement"),
    "jury": message("a jury in stated proportions"),
}
#: Rules as rows of a table or picture.
RULE_NAMES = {
    "majority": message("majority"),
    "supermajority": message("larger majority"),
    "any": message("one positive is enough"),
    "all": message("all must be positive"),
    "mean": message("mean of labels"),
    "skill-weighted": message("weighted by agreement"),
    "dawid-skene": message("Dawid-Skene"),
    "mace": message("MACE"),
    "glad": message("GLAD"),
    "jury": message("jury"),
}
REFERENCE_RULES = {
    "declared": message("declared"),
    "largest": message("the largest group"),
    "most_selected": message("the group selected most often"),
}
MODEL_KINDS = {
    "trained": message("trained for this audit"),
    "loaded": message("loaded from a file"),
    "scores": message("scores made elsewhere"),
    "decisions": message("decisions made elsewhere"),
}
#: Settings that a model has unless somebody says otherwise, as scikit-learn 1.9 has them.
DEFAULTS: dict[str, dict[str, str]] = {
    "logistic_regression": {
        "C": "1.0",
        "class_weight": "None",
        "dual": "False",
        "fit_intercept": "True",
        "intercept_scaling": "1",
        "l1_ratio": "0.0",
        "max_iter": "100",
        "n_jobs": "None",
        "penalty": "deprecated",
        "random_state": "None",
        "solver": "lbfgs",
        "tol": "0.0001",
        "verbose": "0",
        "warm_start": "False",
    },
}
#: What a log may say of the work behind its labels.
CONDITIONS = {
    "pay": message("what was paid"),
    "seconds": message("how long a label took"),
    "started": message("at what hour it was given"),
    "accepted": message("whether it was accepted"),
}
STATUSES = {"documented": message("documented"), "assumed": message("assumed")}
ROLES = {
    "items": message("people judged"),
    "annotations": message("labels"),
    "provenance": message("how the labels were made"),
    "model": message("model"),
    "relabelled": message("labels given anew"),
}
STEP_OUTCOMES = {"not_applicable": message("did not apply"), "failed": message("failed")}
STEPS = {
    "data": message("reading the data"),
    "annotations": message("reading the labels"),
    "model": message("the model"),
    "measures": message("rates and gaps"),
    "rates": message("rates and gaps"),
    "conditional": message("gaps within strata"),
    "strata": message("gaps within strata"),
    "periods": message("gaps over time"),
    "performance": message("how well the model does"),
    "drivers": message("what drives the scores"),
    "stand-ins": message("stand-ins"),
    "near twins": message("people with a near twin"),
    "plugins": message("additions by others"),
    "composites": message("measures made of several rates"),
    "largest gaps": message("the widest gap between any two groups"),
    "partial pooling": message("rates of small groups, drawn towards the others"),
    "decomposition": message("where a gap comes from"),
    "scores": message("scores by group"),
    "calibration": message("whether scores mean what they say"),
    "thresholds": message("what another threshold would change"),
    "score counts": message("scores of each group, to move the line"),
    "representation": message("how many of each group there are"),
    "label errors": message("what wrong labels could change"),
    "confounding": message("what could explain a ratio away"),
    "impact ratios": message("groups against the most selected one"),
    "quantities": message("quantities by group"),
    "stages": message("stages of the procedure"),
    "classes": message("classes"),
    "search": message("groups that a search found"),
    "traces: agreement": message("agreement of annotators"),
    "traces: reference stage": message("the stage of the reference labels"),
    "traces: stages": message("the gap at each stage"),
    "traces: pools": message("pools of annotators"),
    "traces: attribution": message("whose labels the gap comes with"),
    "traces: rules": message("what another rule would have done"),
    "traces: rules: jury": message("the jury"),
    "traces: rules: glad": message("the rule GLAD"),
    "traces: rules: model": message("the model trained on the labels of other rules"),
    "traces: dissent": message("whom the rule overrules"),
    "traces: what the provenance says": message("what was declared of how the labels were made"),
    "proxies": message("stand-ins"),
    "flips": message("what if"),
    "causes": message("along which paths a gap comes"),
    "traces": message("the way back to the labels"),
    "trace": message("the way back to the labels"),
    "agreement": message("agreement of annotators"),
    "attribution": message("whose labels the gap comes with"),
    "pools": message("pools of annotators"),
    "labels to look at again": message("which labels to look at again"),
    "labels given anew": message("what the new labels did"),
    "rules": message("rules for making a label"),
    "conditions": message("conditions of work"),
    "remedies": message("remedies"),
    "remedies: without an input": message("remedies: training without an input"),
    "remedies: reweighing": message("remedies: reweighing"),
    "remedies: reductions": message("remedies: fairlearn’s reductions"),
    "remedies: threshold optimiser": message("remedies: fairlearn’s threshold optimiser"),
    "remedies: one line a group": message("remedies: one line a group"),
    "remedies: another share": message("remedies: another share selected"),
    "remedies: other labels": message("remedies: other labels"),
    "findings": message("findings"),
    "gates": message("gates"),
}


def termed(table: dict[str, Message], code: str) -> Message:
    """Give our term for a code; a code that we do not know stands for itself."""
    return table.get(code) or Message(template="{code}", values={"code": name(code.replace("_", " "))})
