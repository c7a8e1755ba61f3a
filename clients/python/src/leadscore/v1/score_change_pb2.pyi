import datetime

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

class ChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANGE_KIND_UNSPECIFIED: _ClassVar[ChangeKind]
    CHANGE_KIND_TIME: _ClassVar[ChangeKind]
    CHANGE_KIND_EVENTS: _ClassVar[ChangeKind]
    CHANGE_KIND_PROFILE: _ClassVar[ChangeKind]
    CHANGE_KIND_RULES: _ClassVar[ChangeKind]
    CHANGE_KIND_MODEL: _ClassVar[ChangeKind]
CHANGE_KIND_UNSPECIFIED: ChangeKind
CHANGE_KIND_TIME: ChangeKind
CHANGE_KIND_EVENTS: ChangeKind
CHANGE_KIND_PROFILE: ChangeKind
CHANGE_KIND_RULES: ChangeKind
CHANGE_KIND_MODEL: ChangeKind

class ScoreChange(_message.Message):
    __slots__ = ("lead_id", "to", "steps")
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    lead_id: str
    to: ScoresAt
    steps: _containers.RepeatedCompositeFieldContainer[ChangeStep]
    def __init__(self, lead_id: _Optional[str] = ..., to: _Optional[_Union[ScoresAt, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[ChangeStep, _Mapping]]] = ..., **kwargs) -> None: ...

class ScoresAt(_message.Message):
    __slots__ = ("as_of", "model", "rule_book", "points", "fit", "engagement", "grade", "qualification", "reason", "log_odds", "probability", "probability_low", "probability_high", "points_percentile", "probability_percentile", "quadrant")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RULE_BOOK_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FIT_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_LOW_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_HIGH_FIELD_NUMBER: _ClassVar[int]
    POINTS_PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    QUADRANT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    model: str
    rule_book: str
    points: float
    fit: float
    engagement: float
    grade: str
    qualification: _rule_score_pb2.Qualification
    reason: str
    log_odds: float
    probability: float
    probability_low: float
    probability_high: float
    points_percentile: float
    probability_percentile: float
    quadrant: _comparison_pb2.Quadrant
    def __init__(self, as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., model: _Optional[str] = ..., rule_book: _Optional[str] = ..., points: _Optional[float] = ..., fit: _Optional[float] = ..., engagement: _Optional[float] = ..., grade: _Optional[str] = ..., qualification: _Optional[_Union[_rule_score_pb2.Qualification, str]] = ..., reason: _Optional[str] = ..., log_odds: _Optional[float] = ..., probability: _Optional[float] = ..., probability_low: _Optional[float] = ..., probability_high: _Optional[float] = ..., points_percentile: _Optional[float] = ..., probability_percentile: _Optional[float] = ..., quadrant: _Optional[_Union[_comparison_pb2.Quadrant, str]] = ...) -> None: ...

class NumberChange(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: float
    after: float
    def __init__(self, before: _Optional[float] = ..., after: _Optional[float] = ...) -> None: ...

class QualificationChange(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: _rule_score_pb2.Qualification
    after: _rule_score_pb2.Qualification
    def __init__(self, before: _Optional[_Union[_rule_score_pb2.Qualification, str]] = ..., after: _Optional[_Union[_rule_score_pb2.Qualification, str]] = ...) -> None: ...

class ChangeStep(_message.Message):
    __slots__ = ("step", "points", "log_odds", "probability", "qualification", "causes", "rules", "terms", "in_any_order")
    STEP_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    IN_ANY_ORDER_FIELD_NUMBER: _ClassVar[int]
    step: ChangeKind
    points: NumberChange
    log_odds: NumberChange
    probability: NumberChange
    qualification: QualificationChange
    causes: _containers.RepeatedCompositeFieldContainer[ChangeCause]
    rules: _containers.RepeatedCompositeFieldContainer[ChangePart]
    terms: _containers.RepeatedCompositeFieldContainer[ChangePart]
    in_any_order: ChangeRange
    def __init__(self, step: _Optional[_Union[ChangeKind, str]] = ..., points: _Optional[_Union[NumberChange, _Mapping]] = ..., log_odds: _Optional[_Union[NumberChange, _Mapping]] = ..., probability: _Optional[_Union[NumberChange, _Mapping]] = ..., qualification: _Optional[_Union[QualificationChange, _Mapping]] = ..., causes: _Optional[_Iterable[_Union[ChangeCause, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[ChangePart, _Mapping]]] = ..., terms: _Optional[_Iterable[_Union[ChangePart, _Mapping]]] = ..., in_any_order: _Optional[_Union[ChangeRange, _Mapping]] = ...) -> None: ...

class ChangeCause(_message.Message):
    __slots__ = ("name", "detail", "added", "removed", "points", "log_odds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    detail: str
    added: int
    removed: int
    points: NumberChange
    log_odds: NumberChange
    def __init__(self, name: _Optional[str] = ..., detail: _Optional[str] = ..., added: _Optional[int] = ..., removed: _Optional[int] = ..., points: _Optional[_Union[NumberChange, _Mapping]] = ..., log_odds: _Optional[_Union[NumberChange, _Mapping]] = ...) -> None: ...

class ChangePart(_message.Message):
    __slots__ = ("name", "label", "was", "why", "adds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    WAS_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    ADDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    label: str
    was: str
    why: str
    adds: NumberChange
    def __init__(self, name: _Optional[str] = ..., label: _Optional[str] = ..., was: _Optional[str] = ..., why: _Optional[str] = ..., adds: _Optional[_Union[NumberChange, _Mapping]] = ...) -> None: ...

class ChangeRange(_message.Message):
    __slots__ = ("points", "log_odds")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    points: NumberRange
    log_odds: NumberRange
    def __init__(self, points: _Optional[_Union[NumberRange, _Mapping]] = ..., log_odds: _Optional[_Union[NumberRange, _Mapping]] = ...) -> None: ...

class NumberRange(_message.Message):
    __slots__ = ("least", "most")
    LEAST_FIELD_NUMBER: _ClassVar[int]
    MOST_FIELD_NUMBER: _ClassVar[int]
    least: float
    most: float
    def __init__(self, least: _Optional[float] = ..., most: _Optional[float] = ...) -> None: ...
