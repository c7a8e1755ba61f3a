import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from leadscore.v1 import comparison_pb2 as _comparison_pb2
from leadscore.v1 import rule_score_pb2 as _rule_score_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InputStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INPUT_STATUS_UNSPECIFIED: _ClassVar[InputStatus]
    INPUT_STATUS_PRESENT: _ClassVar[InputStatus]
    INPUT_STATUS_MISSING: _ClassVar[InputStatus]
    INPUT_STATUS_UNSEEN: _ClassVar[InputStatus]
    INPUT_STATUS_OUTSIDE: _ClassVar[InputStatus]
INPUT_STATUS_UNSPECIFIED: InputStatus
INPUT_STATUS_PRESENT: InputStatus
INPUT_STATUS_MISSING: InputStatus
INPUT_STATUS_UNSEEN: InputStatus
INPUT_STATUS_OUTSIDE: InputStatus

class LeadScore(_message.Message):
    __slots__ = ("lead_id", "as_of", "prediction", "rule_score", "comparison", "coverage")
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    RULE_SCORE_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    lead_id: str
    as_of: _timestamp_pb2.Timestamp
    prediction: Prediction
    rule_score: _rule_score_pb2.RuleScore
    comparison: _comparison_pb2.Comparison
    coverage: Coverage
    def __init__(self, lead_id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., prediction: _Optional[_Union[Prediction, _Mapping]] = ..., rule_score: _Optional[_Union[_rule_score_pb2.RuleScore, _Mapping]] = ..., comparison: _Optional[_Union[_comparison_pb2.Comparison, _Mapping]] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ...) -> None: ...

class Prediction(_message.Message):
    __slots__ = ("probability", "interval", "percentile", "log_odds", "baseline_log_odds", "contributions", "horizon", "effective_leads", "thin_evidence")
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    BASELINE_LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_LEADS_FIELD_NUMBER: _ClassVar[int]
    THIN_EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    probability: float
    interval: Interval
    percentile: float
    log_odds: float
    baseline_log_odds: float
    contributions: _containers.RepeatedCompositeFieldContainer[Contribution]
    horizon: _duration_pb2.Duration
    effective_leads: float
    thin_evidence: bool
    def __init__(self, probability: _Optional[float] = ..., interval: _Optional[_Union[Interval, _Mapping]] = ..., percentile: _Optional[float] = ..., log_odds: _Optional[float] = ..., baseline_log_odds: _Optional[float] = ..., contributions: _Optional[_Iterable[_Union[Contribution, _Mapping]]] = ..., horizon: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., effective_leads: _Optional[float] = ..., thin_evidence: bool = ...) -> None: ...

class Interval(_message.Message):
    __slots__ = ("low", "high", "level")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    low: float
    high: float
    level: float
    def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ..., level: _Optional[float] = ...) -> None: ...

class Contribution(_message.Message):
    __slots__ = ("term", "label", "status", "log_odds", "standard_error", "pair")
    TERM_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_FIELD_NUMBER: _ClassVar[int]
    PAIR_FIELD_NUMBER: _ClassVar[int]
    term: str
    label: str
    status: InputStatus
    log_odds: float
    standard_error: float
    pair: bool
    def __init__(self, term: _Optional[str] = ..., label: _Optional[str] = ..., status: _Optional[_Union[InputStatus, str]] = ..., log_odds: _Optional[float] = ..., standard_error: _Optional[float] = ..., pair: bool = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("missing_terms", "unseen_terms", "outside_terms", "absent_fields", "events_not_seen", "warnings")
    MISSING_TERMS_FIELD_NUMBER: _ClassVar[int]
    UNSEEN_TERMS_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_TERMS_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELDS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_NOT_SEEN_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    missing_terms: _containers.RepeatedScalarFieldContainer[str]
    unseen_terms: _containers.RepeatedScalarFieldContainer[str]
    outside_terms: _containers.RepeatedScalarFieldContainer[str]
    absent_fields: _containers.RepeatedScalarFieldContainer[str]
    events_not_seen: int
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, missing_terms: _Optional[_Iterable[str]] = ..., unseen_terms: _Optional[_Iterable[str]] = ..., outside_terms: _Optional[_Iterable[str]] = ..., absent_fields: _Optional[_Iterable[str]] = ..., events_not_seen: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...
