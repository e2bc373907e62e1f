"""What a graph tells apart, and what it cannot: against theory, dowhy and networkx."""

import json
import runpy
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.causes import Graph, make_plan
from biasaudit.causes.graph import MOST_PATHS
from biasaudit.errors import NotApplicableError
from biasaudit.spec import JustifiedSpec

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))["graphs"]
GRAPHS = runpy.run_path(str(HERE / "dowhy_golden.py"))["GRAPHS"]


def through(*names):
    return [JustifiedSpec(through=name, reason="needed for the job") for name in names]


def graph_of(parents, hidden=None):
    return Graph({name: tuple(acting) for name, acting in parents.items()}, hidden or {})


@pytest.mark.parametrize("name", GRAPHS)
def test_parts_are_identified_where_dowhy_identifies_them(name):
    parents, hidden = GRAPHS[name]
    plan = make_plan(graph_of(parents, {one: tuple(joined) for one, joined in hidden.items()}), "x", "y")
    assert ("spurious" not in plan.refused) == GOLDEN[name]["total"]
    assert ("direct" not in plan.refused) == GOLDEN[name]["direct"]


def test_what_a_graph_without_a_direct_arrow_still_tells_is_told():
    parents, hidden = GRAPHS["no direct arrow, hidden behind"]
    plan = make_plan(graph_of(parents, {"u": tuple(hidden["u"])}), "x", "y", through("w"))
    assert plan.steps == (("w", "justified"), ("y", "justified"))
    assert set(plan.refused) == {"direct"}


def test_a_recanting_witness_is_named_with_both_paths():
    graph = graph_of({"x": [], "w": ["x"], "v": ["w"], "y": ["x", "w", "v"]})
    plan = make_plan(graph, "x", "y", through("v"))
    assert set(plan.refused) == {"justified", "unjustified"}
    assert "what x does to w reaches y" in plan.refused["justified"]
    assert "x → w → v → y" in plan.refused["justified"]
    assert plan.parts == ("direct", "unjustified", "justified", "indirect", "total")


def test_accepting_the_witness_itself_resolves_it():
    graph = graph_of({"x": [], "w": ["x"], "v": ["w"], "y": ["x", "w", "v"]})
    plan = make_plan(graph, "x", "y", through("w"))
    assert plan.refused == {}
    assert plan.steps == (("w", "justified"), ("v", "justified"), ("y", "direct"))
    assert plan.parts == ("direct", "justified", "total")


def test_one_accepted_path_is_told_from_the_others():
    graph = graph_of({"x": [], "w": ["x"], "v": ["x"], "y": ["x", "w", "v"]})
    plan = make_plan(graph, "x", "y", [JustifiedSpec(path=("x", "w", "y"), reason="needed")])
    assert plan.paths["justified"] == (("x", "w", "y"),)
    assert plan.paths["unjustified"] == (("x", "v", "y"),)
    assert plan.refused == {}


def test_a_hidden_cause_of_two_ways_keeps_them_from_being_split_and_no_more():
    parents = {"x": [], "w": ["x"], "v": ["x"], "y": ["x", "w", "v"]}
    plan = make_plan(graph_of(parents, {"u": ("w", "v")}), "x", "y", through("w"))
    assert set(plan.refused) == {"justified", "unjustified"}
    assert "a hidden cause (u) joins w, v" in plan.refused["justified"]
    assert make_plan(graph_of(parents, {"u": ("w", "v")}), "x", "y", through("w", "v")).refused == {}


def test_a_hidden_cause_of_mediator_and_end_leaves_the_whole_effect():
    plan = make_plan(graph_of({"x": [], "z": [], "w": ["x", "z"], "y": ["x", "w"]}, {"u": ("w", "y")}), "x", "y")
    assert set(plan.refused) == {"direct", "indirect", "justified", "unjustified"}


def test_a_hidden_cause_of_the_attribute_leaves_the_gap_alone():
    plan = make_plan(graph_of({"x": [], "z": [], "w": ["x"], "y": ["x", "w", "z"]}, {"u": ("x", "w")}), "x", "y")
    assert "total" not in plan.refused
    assert set(plan.parts) - set(plan.refused) == {"total"}
    assert "a hidden cause (u) joins x and w" in plan.refused["direct"]


def test_arrows_in_a_circle_are_refused():
    with pytest.raises(NotApplicableError, match=r"circle: .*w → .*"):
        make_plan(graph_of({"x": [], "w": ["x", "v"], "v": ["w"], "y": ["w", "v"]}), "x", "y")


def test_a_graph_with_too_many_paths_is_refused_quickly():
    parents = {"x": []} | {f"w{at}": ["x", *(f"w{before}" for before in range(at))] for at in range(12)}
    with pytest.raises(NotApplicableError, match=f"more than {MOST_PATHS} paths from x to y"):
        make_plan(graph_of(parents | {"y": list(parents)}), "x", "y")


def test_dead_ends_take_no_time_when_paths_are_listed():
    parents = {"x": []} | {f"w{at}": [f"w{before}" for before in range(at)] for at in range(60)}
    assert graph_of(parents | {"y": list(parents)}).paths("x", "y") == (("x", "y"),)


@st.composite
def acyclic(draw):
    names = [f"v{at}" for at in range(draw(st.integers(2, 6)))]
    parents = {name: [one for one in names[:at] if draw(st.booleans())] for at, name in enumerate(names)}
    return parents, names


@given(acyclic())
def test_graphs_agree_with_networkx(drawn):
    parents, names = drawn
    graph = graph_of(parents)
    theirs = nx.DiGraph()
    theirs.add_nodes_from(names)
    theirs.add_edges_from((one, name) for name, acting in parents.items() for one in acting)
    first, last = names[0], names[-1]
    assert graph.ancestors(last) == nx.ancestors(theirs, last)
    assert graph.descendants(first) == nx.descendants(theirs, first)
    assert set(graph.paths(first, last)) == {tuple(path) for path in nx.all_simple_paths(theirs, first, last)}
    order = {name: at for at, name in enumerate(graph.order)}
    assert all(order[one] < order[name] for name, acting in parents.items() for one in acting)


@given(acyclic())
def test_every_indirect_path_is_counted_once(drawn):
    parents, names = drawn
    plan = make_plan(graph_of(parents), names[0], names[-1], through(*names[1:2]))
    both = (*plan.paths["unjustified"], *plan.paths["justified"])
    assert sorted(both) == sorted(plan.paths["indirect"])
