import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from leadscore.v1 import rule_score_pb2 as _rule_score_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CounterfactualOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUNTERFACTUAL_OUTCOME_UNSPECIFIED: _ClassVar[CounterfactualOutcome]
    COUNTERFACTUAL_OUTCOME_ALREADY_OVER: _ClassVar[CounterfactualOutcome]
    COUNTERFACTUAL_OUTCOME_REACHABLE: _ClassVar[CounterfactualOutcome]
    COUNTERFACTUAL_OUTCOME_NOT_REACHED: _ClassVar[CounterfactualOutcome]

class CounterfactualActionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUNTERFACTUAL_ACTION_KIND_UNSPECIFIED: _ClassVar[CounterfactualActionKind]
    COUNTERFACTUAL_ACTION_KIND_EVENT: _ClassVar[CounterfactualActionKind]
    COUNTERFACTUAL_ACTION_KIND_CHANGE: _ClassVar[CounterfactualActionKind]
    COUNTERFACTUAL_ACTION_KIND_LEARN: _ClassVar[CounterfactualActionKind]
COUNTERFACTUAL_OUTCOME_UNSPECIFIED: CounterfactualOutcome
COUNTERFACTUAL_OUTCOME_ALREADY_OVER: CounterfactualOutcome
COUNTERFACTUAL_OUTCOME_REACHABLE: CounterfactualOutcome
COUNTERFACTUAL_OUTCOME_NOT_REACHED: CounterfactualOutcome
COUNTERFACTUAL_ACTION_KIND_UNSPECIFIED: CounterfactualActionKind
COUNTERFACTUAL_ACTION_KIND_EVENT: CounterfactualActionKind
COUNTERFACTUAL_ACTION_KIND_CHANGE: CounterfactualActionKind
COUNTERFACTUAL_ACTION_KIND_LEARN: CounterfactualActionKind

class Counterfactual(_message.Message):
    __slots__ = ("lead_id", "as_of", "model", "rule_book", "can_change", "events", "rules", "prediction")
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RULE_BOOK_FIELD_NUMBER: _ClassVar[int]
    CAN_CHANGE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    lead_id: str
    as_of: _timestamp_pb2.Timestamp
    model: str
    rule_book: str
    can_change: _containers.RepeatedScalarFieldContainer[str]
    events: _containers.RepeatedScalarFieldContainer[str]
    rules: CounterfactualAnswer
    prediction: CounterfactualAnswer
    def __init__(self, lead_id: _Optional[str] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., model: _Optional[str] = ..., rule_book: _Optional[str] = ..., can_change: _Optional[_Iterable[str]] = ..., events: _Optional[_Iterable[str]] = ..., rules: _Optional[_Union[CounterfactualAnswer, _Mapping]] = ..., prediction: _Optional[_Union[CounterfactualAnswer, _Mapping]] = ...) -> None: ...

class CounterfactualAnswer(_message.Message):
    __slots__ = ("target", "outcome", "changes", "least", "tried", "others", "before", "after")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    LEAST_FIELD_NUMBER: _ClassVar[int]
    TRIED_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    target: str
    outcome: CounterfactualOutcome
    changes: _containers.RepeatedCompositeFieldContainer[CounterfactualAction]
    least: bool
    tried: int
    others: _containers.RepeatedCompositeFieldContainer[CounterfactualActions]
    before: CounterfactualState
    after: CounterfactualState
    def __init__(self, target: _Optional[str] = ..., outcome: _Optional[_Union[CounterfactualOutcome, str]] = ..., changes: _Optional[_Iterable[_Union[CounterfactualAction, _Mapping]]] = ..., least: bool = ..., tried: _Optional[int] = ..., others: _Optional[_Iterable[_Union[CounterfactualActions, _Mapping]]] = ..., before: _Optional[_Union[CounterfactualState, _Mapping]] = ..., after: _Optional[_Union[CounterfactualState, _Mapping]] = ...) -> None: ...

class CounterfactualActions(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[CounterfactualAction]
    def __init__(self, changes: _Optional[_Iterable[_Union[CounterfactualAction, _Mapping]]] = ...) -> None: ...

class CounterfactualAction(_message.Message):
    __slots__ = ("kind", "name", "was", "value", "range", "also", "times")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WAS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    ALSO_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    kind: CounterfactualActionKind
    name: str
    was: str
    value: str
    range: str
    also: _containers.RepeatedScalarFieldContainer[str]
    times: int
    def __init__(self, kind: _Optional[_Union[CounterfactualActionKind, str]] = ..., name: _Optional[str] = ..., was: _Optional[str] = ..., value: _Optional[str] = ..., range: _Optional[str] = ..., also: _Optional[_Iterable[str]] = ..., times: _Optional[int] = ...) -> None: ...

class CounterfactualState(_message.Message):
    __slots__ = ("points", "fit", "engagement", "qualification", "reason", "log_odds", "probability", "probability_percentile")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FIT_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    points: float
    fit: float
    engagement: float
    qualification: _rule_score_pb2.Qualification
    reason: str
    log_odds: float
    probability: float
    probability_percentile: float
    def __init__(self, points: _Optional[float] = ..., fit: _Optional[float] = ..., engagement: _Optional[float] = ..., qualification: _Optional[_Union[_rule_score_pb2.Qualification, str]] = ..., reason: _Optional[str] = ..., log_odds: _Optional[float] = ..., probability: _Optional[float] = ..., probability_percentile: _Optional[float] = ...) -> None: ...
