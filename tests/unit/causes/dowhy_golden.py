"""Writes golden.json: what dowhy identifies on a few graphs. Needs dowhy 0.14, in an environment of its own.

Run as ``python tests/unit/causes/dowhy_golden.py > tests/unit/causes/golden.json``.
"""

import contextlib
import json
import sys
from importlib.metadata import version

#: Parents of each variable, hidden causes, of graphs with attribute x and decision y.
GRAPHS = {
    "mediator": ({"x": [], "w": ["x"], "y": ["x", "w"]}, {}),
    "two mediators": ({"x": [], "w": ["x"], "v": ["x", "w"], "y": ["x", "w", "v"]}, {}),
    "confounder": ({"z": [], "x": ["z"], "w": ["x", "z"], "y": ["x", "w", "z"]}, {}),
    "background without an arrow to x": ({"x": [], "z": [], "w": ["x", "z"], "y": ["x", "w", "z"]}, {}),
    "hidden at mediator and end": ({"x": [], "w": ["x"], "y": ["x", "w"]}, {"u": ["w", "y"]}),
    "hidden at attribute and end": ({"x": [], "w": ["x"], "y": ["x", "w"]}, {"u": ["x", "y"]}),
    "hidden at attribute and mediator": ({"x": [], "w": ["x"], "y": ["x", "w"]}, {"u": ["x", "w"]}),
    "hidden at attribute and background": ({"x": [], "z": [], "w": ["x"], "y": ["x", "w", "z"]}, {"u": ["x", "z"]}),
    "hidden at background, on both sides": (
        {"x": [], "z": [], "w": ["x"], "y": ["x", "w", "z"]},
        {"u": ["x", "z"], "v": ["z", "y"]},
    ),
    "hidden between mediators": ({"x": [], "w": ["x"], "v": ["x"], "y": ["x", "w", "v"]}, {"u": ["w", "v"]}),
    "no direct arrow, hidden behind": ({"x": [], "w": ["x"], "y": ["w"]}, {"u": ["w", "y"]}),
}


def identified(name):
    """Tell whether dowhy finds an adjustment for the whole effect, and confounders enough for both steps of mediation."""
    import networkx as nx
    from dowhy.causal_identifier import EstimandType
    from dowhy.causal_identifier.auto_identifier import identify_effect_auto

    parents, hidden = GRAPHS[name]
    graph = nx.DiGraph()
    graph.add_nodes_from(parents)
    graph.add_edges_from((one, child) for child, acting in parents.items() for one in acting)
    graph.add_edges_from((unseen, one) for unseen, joined in hidden.items() for one in joined)
    observed = list(parents)
    whole = identify_effect_auto(graph, ["x"], ["y"], observed, EstimandType.NONPARAMETRIC_ATE)
    direct = identify_effect_auto(graph, ["x"], ["y"], observed, EstimandType.NONPARAMETRIC_NDE)
    total = whole.estimands["backdoor"] is not None
    # It names a mediation formula without looking whether its two steps are confounded: what they need says that.
    steps = (direct.mediation_first_stage_confounders, direct.mediation_second_stage_confounders)
    return {"total": total, "direct": total and all(step["backdoor"] is not None for step in steps)}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        golden = {name: identified(name) for name in GRAPHS}
    json.dump({"dowhy": version("dowhy"), "graphs": golden}, sys.stdout, indent=1)
