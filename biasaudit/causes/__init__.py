"""Where a person has declared what acts on what: along which paths a gap comes, and what that cannot tell."""

from biasaudit.causes.graph import Graph
from biasaudit.causes.identify import Plan, make_plan
from biasaudit.causes.measuring import measure_causes, no_causes

__all__ = ["Graph", "Plan", "make_plan", "measure_causes", "no_causes"]
