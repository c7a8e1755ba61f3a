from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Dimension(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIMENSION_UNSPECIFIED: _ClassVar[Dimension]
    DIMENSION_FIT: _ClassVar[Dimension]
    DIMENSION_ENGAGEMENT: _ClassVar[Dimension]

class Readiness(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    READINESS_UNSPECIFIED: _ClassVar[Readiness]
    READINESS_FIT_AND_ACTIVE: _ClassVar[Readiness]
    READINESS_FIT_NOT_READY: _ClassVar[Readiness]
    READINESS_ACTIVE_UNFIT: _ClassVar[Readiness]
    READINESS_NEITHER: _ClassVar[Readiness]

class Qualification(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUALIFICATION_UNSPECIFIED: _ClassVar[Qualification]
    QUALIFICATION_MQL: _ClassVar[Qualification]
    QUALIFICATION_FAST_LANE: _ClassVar[Qualification]
    QUALIFICATION_HELD: _ClassVar[Qualification]
    QUALIFICATION_NURTURE: _ClassVar[Qualification]
    QUALIFICATION_EXCLUDED: _ClassVar[Qualification]

class RuleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_KIND_UNSPECIFIED: _ClassVar[RuleKind]
    RULE_KIND_FIT: _ClassVar[RuleKind]
    RULE_KIND_ENGAGEMENT: _ClassVar[RuleKind]
    RULE_KIND_EXCLUDE: _ClassVar[RuleKind]
    RULE_KIND_FAST_LANE: _ClassVar[RuleKind]
    RULE_KIND_REQUIRE: _ClassVar[RuleKind]
    RULE_KIND_ORDER_GUARD: _ClassVar[RuleKind]
DIMENSION_UNSPECIFIED: Dimension
DIMENSION_FIT: Dimension
DIMENSION_ENGAGEMENT: Dimension
READINESS_UNSPECIFIED: Readiness
READINESS_FIT_AND_ACTIVE: Readiness
READINESS_FIT_NOT_READY: Readiness
READINESS_ACTIVE_UNFIT: Readiness
READINESS_NEITHER: Readiness
QUALIFICATION_UNSPECIFIED: Qualification
QUALIFICATION_MQL: Qualification
QUALIFICATION_FAST_LANE: Qualification
QUALIFICATION_HELD: Qualification
QUALIFICATION_NURTURE: Qualification
QUALIFICATION_EXCLUDED: Qualification
RULE_KIND_UNSPECIFIED: RuleKind
RULE_KIND_FIT: RuleKind
RULE_KIND_ENGAGEMENT: RuleKind
RULE_KIND_EXCLUDE: RuleKind
RULE_KIND_FAST_LANE: RuleKind
RULE_KIND_REQUIRE: RuleKind
RULE_KIND_ORDER_GUARD: RuleKind

class RuleScore(_message.Message):
    __slots__ = ("points", "fit", "engagement", "grade", "readiness", "qualification", "qualification_reason", "qualification_rule_id", "fired", "capped", "not_judged")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FIT_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    READINESS_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_REASON_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_RULE_ID_FIELD_NUMBER: _ClassVar[int]
    FIRED_FIELD_NUMBER: _ClassVar[int]
    CAPPED_FIELD_NUMBER: _ClassVar[int]
    NOT_JUDGED_FIELD_NUMBER: _ClassVar[int]
    points: float
    fit: float
    engagement: float
    grade: str
    readiness: Readiness
    qualification: Qualification
    qualification_reason: str
    qualification_rule_id: str
    fired: _containers.RepeatedCompositeFieldContainer[FiredRule]
    capped: _containers.RepeatedCompositeFieldContainer[CappedPoints]
    not_judged: _containers.RepeatedCompositeFieldContainer[RuleNotJudged]
    def __init__(self, points: _Optional[float] = ..., fit: _Optional[float] = ..., engagement: _Optional[float] = ..., grade: _Optional[str] = ..., readiness: _Optional[_Union[Readiness, str]] = ..., qualification: _Optional[_Union[Qualification, str]] = ..., qualification_reason: _Optional[str] = ..., qualification_rule_id: _Optional[str] = ..., fired: _Optional[_Iterable[_Union[FiredRule, _Mapping]]] = ..., capped: _Optional[_Iterable[_Union[CappedPoints, _Mapping]]] = ..., not_judged: _Optional[_Iterable[_Union[RuleNotJudged, _Mapping]]] = ...) -> None: ...

class FiredRule(_message.Message):
    __slots__ = ("rule_id", "dimension", "group", "reason", "times", "points_before", "points_decayed", "points_counted")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    POINTS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    POINTS_DECAYED_FIELD_NUMBER: _ClassVar[int]
    POINTS_COUNTED_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    dimension: Dimension
    group: str
    reason: str
    times: int
    points_before: float
    points_decayed: float
    points_counted: float
    def __init__(self, rule_id: _Optional[str] = ..., dimension: _Optional[_Union[Dimension, str]] = ..., group: _Optional[str] = ..., reason: _Optional[str] = ..., times: _Optional[int] = ..., points_before: _Optional[float] = ..., points_decayed: _Optional[float] = ..., points_counted: _Optional[float] = ...) -> None: ...

class CappedPoints(_message.Message):
    __slots__ = ("dimension", "group", "points_before", "points_after", "reason")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    POINTS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    POINTS_AFTER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    dimension: Dimension
    group: str
    points_before: float
    points_after: float
    reason: str
    def __init__(self, dimension: _Optional[_Union[Dimension, str]] = ..., group: _Optional[str] = ..., points_before: _Optional[float] = ..., points_after: _Optional[float] = ..., reason: _Optional[str] = ...) -> None: ...

class RuleNotJudged(_message.Message):
    __slots__ = ("rule_id", "kind", "missing_values", "problem")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MISSING_VALUES_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    kind: RuleKind
    missing_values: _containers.RepeatedScalarFieldContainer[str]
    problem: str
    def __init__(self, rule_id: _Optional[str] = ..., kind: _Optional[_Union[RuleKind, str]] = ..., missing_values: _Optional[_Iterable[str]] = ..., problem: _Optional[str] = ...) -> None: ...
