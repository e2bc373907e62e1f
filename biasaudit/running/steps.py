"""The steps of a run: each ends as done, not applicable or failed, and says why."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from biasaudit.errors import BiasAuditError, NotApplicableError, PluginError
from biasaudit.plugins import Case
from biasaudit.results import Step
from biasaudit.spec import Declaration

LOGGER = logging.getLogger("biasaudit")

#: Opens a progress display: given what is done and how many units of work it has (None where that
#: is not known), gives a function to call with units done.
Progress = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]


@contextmanager
def silent(_what: str, _total: int | None) -> Iterator[Callable[[int], None]]:
    """Show no progress."""
    yield lambda _done: None


@dataclass
class Run:
    """What one run has gathered so far."""

    declaration: Declaration
    case: Case
    progress: Progress
    steps: list[Step] = field(default_factory=list)
    to_relabel: tuple[str, ...] = ()

    def step(
        self, name: str, work: Callable[[Callable[[int], None]], Any], default: Any, total: int | None = None
    ) -> Any:
        """Do one step; where it cannot be done, write down why and go on."""
        try:
            with self.progress(name, total) as advance:
                found = work(advance)
        except NotApplicableError as error:
            self.steps.append(Step(name=name, outcome="not_applicable", reason=str(error)))
            return default
        except PluginError as error:
            self.steps.append(Step(name=name, outcome="failed", reason=str(error)))
            return default
        except BiasAuditError:
            raise
        except Exception as error:
            LOGGER.debug("step %s failed", name, exc_info=True)
            reason = f"{type(error).__name__}: {str(error).strip() or 'no message'}"
            self.steps.append(Step(name=name, outcome="failed", reason=reason))
            return default
        self.steps.append(Step(name=name, outcome="done"))
        return found
