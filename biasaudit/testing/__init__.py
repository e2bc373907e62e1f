"""For those who write audits: the conformance suite, planted truth, and a pytest plugin.

The names load when first used: pytest loads the plugin of this room in every session of every
project on the machine, which must cost those projects nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biasaudit.testing.conformance import ConformanceError, check_audit

__all__ = ["ConformanceError", "check_audit"]


def __getattr__(public: str) -> Any:
    if public in __all__:
        from biasaudit.testing import conformance

        return getattr(conformance, public)
    raise AttributeError(f"module 'biasaudit.testing' has no attribute {public!r}")
