"""What a declared graph lets data tell apart: which parts of a gap are identified, and why the others are not.

The attribute is switched along some of its arrows and not along others. Such an effect is identified exactly where the
paths asked for are those that begin with certain arrows (Avin, Shpitser and Pearl, Identifiability of path-specific
effects, IJCAI 2005: else a *recanting witness* would have to answer in two ways at once), and where no hidden cause
joins variables that are switched differently (Shpitser, Counterfactual graphical models for longitudinal mediation
analysis with unobserved confounding, Cognitive Science 37, 2013: no *recanting district*).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from biasaudit.causes.graph import Graph, Path
from biasaudit.spec import JustifiedSpec

#: How the attribute's influence on one variable is counted.
Way = Literal["direct", "unjustified", "justified"]
#: Parts of a gap that a graph may tell apart; "indirect" is both indirect ways together.
Part = Literal["direct", "unjustified", "justified", "indirect", "spurious", "total"]

_INDIRECT: tuple[Part, ...] = ("unjustified", "justified")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the gap of one attribute is taken apart.

    Attributes
    ----------
    attribute, end : str
        Where paths begin and end.
    background : tuple of str
        Variables that act on the end and on which the attribute does not act, causes first.
    steps : tuple of (str, Way)
        Variables between attribute and end, causes first, then the end itself; each with the way by which the
        attribute's arrow into it is counted.
    paths : mapping of Part to tuple of Path
        Directed paths behind each part.
    refused : mapping of Part to str
        Why a part cannot be told from data under this graph.
    """

    attribute: str
    end: str
    background: tuple[str, ...]
    steps: tuple[tuple[str, Way], ...]
    paths: Mapping[Part, tuple[Path, ...]]
    refused: Mapping[Part, str] = field(default_factory=dict)

    @property
    def is_split(self) -> bool:
        """Whether accepted and other indirect paths can be told apart."""
        return "justified" not in self.refused

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that a report has a line for."""
        indirect: tuple[Part, ...] = _INDIRECT if self.is_split else (*_INDIRECT, "indirect")
        indirect = tuple(part for part in indirect if self.paths.get(part))
        spurious: tuple[Part, ...] = ("spurious",) if self.background else ()
        return ("direct", *indirect, *spurious, "total")


def make_plan(graph: Graph, attribute: str, end: str, justified: Sequence[JustifiedSpec] = ()) -> Plan:
    """Find which parts of a gap a graph tells apart.

    Parameters
    ----------
    graph : Graph
        As declared.
    attribute, end : str
        Variables of it.
    justified : sequence of JustifiedSpec
        The accepted paths.

    Returns
    -------
    Plan
        What to switch where, and what is refused.

    Raises
    ------
    NotApplicableError
        Where the arrows run in a circle, or there are more paths than a person draws.

    Examples
    --------
    >>> graph = Graph({"sex": (), "job": ("sex",), "pay": ("job", "sex")}, {})
    >>> make_plan(graph, "sex", "pay", [JustifiedSpec(through="job", reason="skills")]).steps
    (('job', 'justified'), ('pay', 'direct'))
    """
    core = graph.among(graph.ancestors(end) | {attribute, end})
    order = core.order
    caused = core.descendants(attribute)
    between = [name for name in order if name in caused and name != end]
    background = tuple(name for name in order if name not in caused and name not in (attribute, end))
    paths = core.paths(attribute, end)
    accepted = {path for path in paths if _is_accepted(path, justified)}
    ways, refused = _first_arrows(attribute, end, paths, accepted)
    ways, more = _districts(core, (attribute, end), between, ways, {path: path in accepted for path in paths})
    refused |= {part: reason for part, reason in more.items() if part not in refused}
    refused |= _confounded(core, attribute, {*between, end})
    indirect = [path for path in paths if len(path) > 2]  # noqa: PLR2004 - two is the arrow itself
    return Plan(
        attribute=attribute,
        end=end,
        background=background,
        steps=tuple((name, ways[name]) for name in (*between, end)),
        paths={
            "direct": ((attribute, end),),
            "unjustified": tuple(path for path in indirect if path not in accepted),
            "justified": tuple(path for path in indirect if path in accepted),
            "indirect": tuple(indirect),
        },
        refused=refused,
    )


def _is_accepted(path: Path, justified: Sequence[JustifiedSpec]) -> bool:
    return any(one.path == path if one.path is not None else one.through in path[1:-1] for one in justified)


def _first_arrows(
    attribute: str, end: str, paths: Sequence[Path], accepted: set[Path]
) -> tuple[dict[str, Way], dict[Part, str]]:
    """Give each arrow out of the attribute its way, or name the variable that would have to answer in two ways."""
    ways: dict[str, Way] = {end: "direct"}
    refused: dict[Part, str] = {}
    for first in dict.fromkeys(path[1] for path in paths if len(path) > 2):  # noqa: PLR2004 - as above
        own = [path for path in paths if path[1] == first]
        taken = [path for path in own if path in accepted]
        ways[first] = "justified" if len(taken) == len(own) else "unjustified"
        if 0 < len(taken) < len(own):
            other = next(path for path in own if path not in accepted)
            witness = _parting(taken[0], other)
            reason = (
                f"what {attribute} does to {witness} reaches {end} on a path that is accepted "
                f"({' → '.join(taken[0])}) and on one that is not ({' → '.join(other)}): data cannot say how much of it goes which way"
            )
            refused |= dict.fromkeys(_INDIRECT, reason)
    return ways, refused


def _parting(one: Path, other: Path) -> str:
    """Name the last variable that two paths share before they part."""
    shared = [mine for mine, yours in zip(one, other, strict=False) if mine == yours]
    at = next((at for at, (mine, yours) in enumerate(zip(one, other, strict=False)) if mine != yours), len(shared))
    return one[at - 1]


def _districts(
    core: Graph, ends: tuple[str, str], between: Sequence[str], ways: dict[str, Way], paths: Mapping[Path, bool]
) -> tuple[dict[str, Way], dict[Part, str]]:
    """Give the variables without an arrow from the attribute their way, and refuse what hidden causes mix up."""
    (attribute, end), found, refused = ends, dict(ways), dict[Part, str]()
    rest = core.among(name for name in core.parents if name != attribute)
    has_arrow = {name for name in (*between, end) if attribute in core.parents[name]}
    for district in rest.districts():
        switched = {ways[name] for name in district & has_arrow}
        is_told = "direct" not in switched and end in district and len(switched) == 1
        if end in district and not is_told:
            switched.add("direct")
        if len(switched) > 1:
            unseen = ", ".join(rest.hidden_in(district))
            names = ", ".join(name for name in (*between, end) if name in district)
            reason = (
                f"a hidden cause ({unseen}) joins {names}, which {attribute} reaches on paths of different kinds: "
                "what comes from that cause cannot be told from what comes along the paths"
            )
            parts: tuple[Part, ...] = ("direct", "indirect", *_INDIRECT) if "direct" in switched else _INDIRECT
            refused |= dict.fromkeys(parts, reason)
        for name in (*between, end):
            if name in district and (name not in has_arrow or name not in found):
                through = [path for path in paths if name in path[1:-1]]
                own: Way = "justified" if through and all(paths[path] for path in through) else "unjustified"
                found[name] = next(iter(switched)) if len(switched) == 1 else "direct" if name == end else own
        if is_told:
            refused["direct"] = (
                f"the graph has no arrow from {attribute} to {end}, and a hidden cause keeps the data from checking that"
            )
    return found, refused


def _confounded(core: Graph, attribute: str, caused: set[str]) -> dict[Part, str]:
    """Refuse everything but the gap itself where a hidden cause of the attribute reaches what it acts on."""
    own = next(district for district in core.districts() if attribute in district)
    if not own & caused:
        return {}
    unseen = ", ".join(core.hidden_in(own))
    names = ", ".join(name for name in core.order if name in own & caused)
    reason = (
        f"a hidden cause ({unseen}) joins {attribute} and {names}: what looks like an effect of {attribute} may be its"
    )
    return dict.fromkeys(("direct", "indirect", *_INDIRECT, "spurious"), reason)
