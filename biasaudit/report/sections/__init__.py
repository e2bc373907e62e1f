"""The sections of a report in their order, one file each: result in, what a template shows out."""

from __future__ import annotations

from biasaudit.report.edition import Section
from biasaudit.report.messages import message
from biasaudit.report.sections import (
    assumptions,
    causes,
    changes,
    drivers,
    findings,
    first,
    flips,
    further,
    groups,
    labels,
    manifest,
    method,
    people,
    periods,
    proxies,
    remedies,
    sign,
    strata,
    trying,
    unmeasured,
)

#: Everything that a page holds, in the order in which it is read.
SECTIONS: tuple[Section, ...] = (
    Section(name="first", title=message("In short"), view=first.view),
    Section(name="people", title=message("The decision and the people"), view=people.view),
    Section(name="groups", title=message("Group by group"), view=groups.view),
    Section(name="changes", title=message("Since the accepted result"), view=changes.view),
    Section(name="strata", title=message("Among comparable people"), view=strata.view),
    Section(name="periods", title=message("Over time"), view=periods.view),
    Section(name="further", title=message("Further measures"), view=further.view),
    Section(name="drivers", title=message("What pulls the groups apart"), view=drivers.view),
    Section(name="proxies", title=message("Stand-ins"), view=proxies.view),
    Section(name="flips", title=message("What if"), view=flips.view),
    Section(name="causes", title=message("Along which paths, as declared"), view=causes.view),
    Section(name="labels", title=message("The way back to the labels"), view=labels.view),
    Section(name="remedies", title=message("What changes would have done"), view=remedies.view),
    Section(name="trying", title=message("Things to try"), view=trying.view, needs_script=True),
    Section(name="findings", title=message("Findings"), view=findings.view),
    Section(name="method", title=message("Method, limits and words"), view=method.view, shows_data=False),
    Section(
        name="assumptions", title=message("What this audit takes as given"), view=assumptions.view, shows_data=False
    ),
    Section(name="unmeasured", title=message("What was not measured, and why"), view=unmeasured.view, shows_data=False),
    Section(name="manifest", title=message("How to run it again"), view=manifest.view, shows_data=False),
    Section(name="sign", title=message("Signing off"), view=sign.view, shows_data=False),
)
