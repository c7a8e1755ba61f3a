import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from leadscore.v1 import counterfactual_pb2 as _counterfactual_pb2
from leadscore.v1 import lead_pb2 as _lead_pb2
from leadscore.v1 import lead_scoring_service_pb2 as _lead_scoring_service_pb2
from leadscore.v1 import rule_evidence_pb2 as _rule_evidence_pb2
from leadscore.v1 import score_change_pb2 as _score_change_pb2
from leadscore.v1 import score_comparison_pb2 as _score_comparison_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LeadOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEAD_OUTCOME_UNSPECIFIED: _ClassVar[LeadOutcome]
    LEAD_OUTCOME_OPEN: _ClassVar[LeadOutcome]
    LEAD_OUTCOME_WON: _ClassVar[LeadOutcome]
    LEAD_OUTCOME_LOST: _ClassVar[LeadOutcome]
LEAD_OUTCOME_UNSPECIFIED: LeadOutcome
LEAD_OUTCOME_OPEN: LeadOutcome
LEAD_OUTCOME_WON: LeadOutcome
LEAD_OUTCOME_LOST: LeadOutcome

class CompareScoresRequest(_message.Message):
    __slots__ = ("model", "leads", "capacity", "segment_fields")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELDS_FIELD_NUMBER: _ClassVar[int]
    model: str
    leads: ClosedLeads
    capacity: str
    segment_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, model: _Optional[str] = ..., leads: _Optional[_Union[ClosedLeads, _Mapping]] = ..., capacity: _Optional[str] = ..., segment_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class CompareScoresResponse(_message.Message):
    __slots__ = ("comparison", "scored_by", "warnings")
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    comparison: _score_comparison_pb2.ScoreComparison
    scored_by: _lead_scoring_service_pb2.ScoredBy
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, comparison: _Optional[_Union[_score_comparison_pb2.ScoreComparison, _Mapping]] = ..., scored_by: _Optional[_Union[_lead_scoring_service_pb2.ScoredBy, _Mapping]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class ClosedLeads(_message.Message):
    __slots__ = ("list", "files")
    LIST_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    list: ClosedLeadList
    files: ClosedLeadFiles
    def __init__(self, list: _Optional[_Union[ClosedLeadList, _Mapping]] = ..., files: _Optional[_Union[ClosedLeadFiles, _Mapping]] = ...) -> None: ...

class ClosedLeadList(_message.Message):
    __slots__ = ("leads",)
    LEADS_FIELD_NUMBER: _ClassVar[int]
    leads: _containers.RepeatedCompositeFieldContainer[ClosedLead]
    def __init__(self, leads: _Optional[_Iterable[_Union[ClosedLead, _Mapping]]] = ...) -> None: ...

class ClosedLead(_message.Message):
    __slots__ = ("lead", "outcome", "closed_time", "account", "snapshot_time")
    LEAD_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_TIME_FIELD_NUMBER: _ClassVar[int]
    lead: _lead_pb2.Lead
    outcome: LeadOutcome
    closed_time: _timestamp_pb2.Timestamp
    account: str
    snapshot_time: _timestamp_pb2.Timestamp
    def __init__(self, lead: _Optional[_Union[_lead_pb2.Lead, _Mapping]] = ..., outcome: _Optional[_Union[LeadOutcome, str]] = ..., closed_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., account: _Optional[str] = ..., snapshot_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ClosedLeadFiles(_message.Message):
    __slots__ = ("leads", "events", "leave_out_bad_rows")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LEAVE_OUT_BAD_ROWS_FIELD_NUMBER: _ClassVar[int]
    leads: _containers.RepeatedScalarFieldContainer[str]
    events: _containers.RepeatedScalarFieldContainer[str]
    leave_out_bad_rows: bool
    def __init__(self, leads: _Optional[_Iterable[str]] = ..., events: _Optional[_Iterable[str]] = ..., leave_out_bad_rows: bool = ...) -> None: ...

class ExplainChangeRequest(_message.Message):
    __slots__ = ("to",)
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    to: ChangeEnd
    def __init__(self, to: _Optional[_Union[ChangeEnd, _Mapping]] = ..., **kwargs) -> None: ...

class ChangeEnd(_message.Message):
    __slots__ = ("model", "lead", "as_of")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    model: str
    lead: _lead_pb2.Lead
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, model: _Optional[str] = ..., lead: _Optional[_Union[_lead_pb2.Lead, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExplainChangeResponse(_message.Message):
    __slots__ = ("change", "from_scored_by", "to_scored_by")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    FROM_SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    TO_SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    change: _score_change_pb2.ScoreChange
    from_scored_by: _lead_scoring_service_pb2.ScoredBy
    to_scored_by: _lead_scoring_service_pb2.ScoredBy
    def __init__(self, change: _Optional[_Union[_score_change_pb2.ScoreChange, _Mapping]] = ..., from_scored_by: _Optional[_Union[_lead_scoring_service_pb2.ScoredBy, _Mapping]] = ..., to_scored_by: _Optional[_Union[_lead_scoring_service_pb2.ScoredBy, _Mapping]] = ...) -> None: ...

class GetRuleEvidenceRequest(_message.Message):
    __slots__ = ("model", "leads")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    model: str
    leads: ClosedLeads
    def __init__(self, model: _Optional[str] = ..., leads: _Optional[_Union[ClosedLeads, _Mapping]] = ...) -> None: ...

class GetRuleEvidenceResponse(_message.Message):
    __slots__ = ("evidence", "scored_by", "warnings")
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    evidence: _rule_evidence_pb2.BookEvidence
    scored_by: _lead_scoring_service_pb2.ScoredBy
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, evidence: _Optional[_Union[_rule_evidence_pb2.BookEvidence, _Mapping]] = ..., scored_by: _Optional[_Union[_lead_scoring_service_pb2.ScoredBy, _Mapping]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class FindCounterfactualRequest(_message.Message):
    __slots__ = ("model", "lead", "as_of", "points", "probability", "at_most", "may_change", "keep")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    AT_MOST_FIELD_NUMBER: _ClassVar[int]
    MAY_CHANGE_FIELD_NUMBER: _ClassVar[int]
    KEEP_FIELD_NUMBER: _ClassVar[int]
    model: str
    lead: _lead_pb2.Lead
    as_of: _timestamp_pb2.Timestamp
    points: float
    probability: float
    at_most: int
    may_change: _containers.RepeatedScalarFieldContainer[str]
    keep: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, model: _Optional[str] = ..., lead: _Optional[_Union[_lead_pb2.Lead, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., points: _Optional[float] = ..., probability: _Optional[float] = ..., at_most: _Optional[int] = ..., may_change: _Optional[_Iterable[str]] = ..., keep: _Optional[_Iterable[str]] = ...) -> None: ...

class FindCounterfactualResponse(_message.Message):
    __slots__ = ("counterfactual", "scored_by")
    COUNTERFACTUAL_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    counterfactual: _counterfactual_pb2.Counterfactual
    scored_by: _lead_scoring_service_pb2.ScoredBy
    def __init__(self, counterfactual: _Optional[_Union[_counterfactual_pb2.Counterfactual, _Mapping]] = ..., scored_by: _Optional[_Union[_lead_scoring_service_pb2.ScoredBy, _Mapping]] = ...) -> None: ...
