"""Selection models: trained here, loaded, or given; and what turns their scores into decisions."""

from biasaudit.models.coding import CodedRows, code_rows
from biasaudit.models.deciding import DEFAULT_THRESHOLD, Decisions, decide, decide_again, line_of
from biasaudit.models.judging import Judgement, judge
from biasaudit.models.loading import load_model
from biasaudit.models.logistic import LogisticFit, first_fit
from biasaudit.models.model import CaseModel, Model, make_model, model_facts
from biasaudit.models.pipeline import is_numeric
from biasaudit.models.training import Trainer, make_refit

__all__ = [
    "DEFAULT_THRESHOLD",
    "CaseModel",
    "CodedRows",
    "Decisions",
    "Judgement",
    "LogisticFit",
    "Model",
    "Trainer",
    "code_rows",
    "decide",
    "decide_again",
    "first_fit",
    "is_numeric",
    "judge",
    "line_of",
    "load_model",
    "make_model",
    "make_refit",
    "model_facts",
]
