"""What a user declares: ``audit.toml`` as frozen, validated records, and its JSON Schema."""

from biasaudit.spec.annotations import AnnotationsSpec, FloorSpec, JurySpec, ReferenceSpec, RelabelSpec
from biasaudit.spec.audit import (
    AssumptionSpec,
    AuditSpec,
    DataSpec,
    FlipSpec,
    GateSpec,
    GroupsSpec,
    HeadSpec,
    ModelSpec,
    ProtectedSpec,
    SplitSpec,
    ToleranceSpec,
    UncertaintySpec,
)
from biasaudit.spec.causes import DECISION, CausesSpec, JustifiedSpec
from biasaudit.spec.explaining import ExplainSpec, RangeSpec
from biasaudit.spec.forms import FormsSpec, LocalLaw144Spec
from biasaudit.spec.measuring import (
    ClassesSpec,
    MeasureSpec,
    PopulationSpec,
    QuantitySpec,
    RankingSpec,
    SearchSpec,
    SensitivitySpec,
    StageSpec,
)
from biasaudit.spec.nearest import nearest_name
from biasaudit.spec.provenance import ProvenanceSpec, minority_is_paid
from biasaudit.spec.provenance_reading import Provenance, declare_provenance, read_provenance
from biasaudit.spec.reading import Declaration, declare, read_declaration
from biasaudit.spec.remedies import RemediesSpec
from biasaudit.spec.schema import audit_schema, provenance_schema

__all__ = [
    "DECISION",
    "AnnotationsSpec",
    "AssumptionSpec",
    "AuditSpec",
    "CausesSpec",
    "ClassesSpec",
    "DataSpec",
    "Declaration",
    "ExplainSpec",
    "FlipSpec",
    "FloorSpec",
    "FormsSpec",
    "GateSpec",
    "GroupsSpec",
    "HeadSpec",
    "JurySpec",
    "JustifiedSpec",
    "LocalLaw144Spec",
    "MeasureSpec",
    "ModelSpec",
    "PopulationSpec",
    "ProtectedSpec",
    "Provenance",
    "ProvenanceSpec",
    "QuantitySpec",
    "RangeSpec",
    "RankingSpec",
    "ReferenceSpec",
    "RelabelSpec",
    "RemediesSpec",
    "SearchSpec",
    "SensitivitySpec",
    "SplitSpec",
    "StageSpec",
    "ToleranceSpec",
    "UncertaintySpec",
    "audit_schema",
    "declare",
    "declare_provenance",
    "minority_is_paid",
    "nearest_name",
    "provenance_schema",
    "read_declaration",
    "read_provenance",
]
