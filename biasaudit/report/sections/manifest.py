"""How to run it again: what a stranger needs to repeat the audit."""

from __future__ import annotations

import shlex
from typing import Any

from biasaudit.report.edition import Edition
from biasaudit.report.readable import readable
from biasaudit.report.words import ROLES, termed


def view(edition: Edition) -> dict[str, Any]:
    """Gather versions, digests, seed and command."""
    result = edition.result
    manifest = result.manifest
    overrides = [word for override in manifest.overrides for word in ("--set", override)]
    new = [word for one in manifest.data if one.role == "relabelled" for word in ("--relabelled", one.source)]
    return {
        "manifest": manifest,
        "command": readable(shlex.join(["biasaudit", "run", result.audit.name, *overrides, *new])),
        "data": [(termed(ROLES, fingerprint.role), fingerprint) for fingerprint in manifest.data],
        "packages": sorted(manifest.packages.items()),
        "digest": edition.digest,
        "status": result.status,
    }
