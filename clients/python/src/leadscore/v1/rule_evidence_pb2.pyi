from leadscore.v1 import rule_score_pb2 as _rule_score_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuleVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_VERDICT_UNSPECIFIED: _ClassVar[RuleVerdict]
    RULE_VERDICT_DEAD: _ClassVar[RuleVerdict]
    RULE_VERDICT_UNSEEN: _ClassVar[RuleVerdict]
    RULE_VERDICT_REDUNDANT: _ClassVar[RuleVerdict]
    RULE_VERDICT_HARMFUL: _ClassVar[RuleVerdict]
    RULE_VERDICT_OVERPAID: _ClassVar[RuleVerdict]
    RULE_VERDICT_UNDERPAID: _ClassVar[RuleVerdict]
    RULE_VERDICT_FAIR: _ClassVar[RuleVerdict]
    RULE_VERDICT_UNPROVEN: _ClassVar[RuleVerdict]
RULE_VERDICT_UNSPECIFIED: RuleVerdict
RULE_VERDICT_DEAD: RuleVerdict
RULE_VERDICT_UNSEEN: RuleVerdict
RULE_VERDICT_REDUNDANT: RuleVerdict
RULE_VERDICT_HARMFUL: RuleVerdict
RULE_VERDICT_OVERPAID: RuleVerdict
RULE_VERDICT_UNDERPAID: RuleVerdict
RULE_VERDICT_FAIR: RuleVerdict
RULE_VERDICT_UNPROVEN: RuleVerdict

class Estimate(_message.Message):
    __slots__ = ("value", "standard_error", "low", "high")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    value: float
    standard_error: float
    low: float
    high: float
    def __init__(self, value: _Optional[float] = ..., standard_error: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class BookEvidence(_message.Message):
    __slots__ = ("book", "leads", "won", "log_odds_per_point", "rate", "log_odds_per_point_of_total", "rules", "warnings")
    BOOK_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_PER_POINT_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_PER_POINT_OF_TOTAL_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    book: str
    leads: int
    won: int
    log_odds_per_point: float
    rate: str
    log_odds_per_point_of_total: float
    rules: _containers.RepeatedCompositeFieldContainer[RuleEvidence]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, book: _Optional[str] = ..., leads: _Optional[int] = ..., won: _Optional[int] = ..., log_odds_per_point: _Optional[float] = ..., rate: _Optional[str] = ..., log_odds_per_point_of_total: _Optional[float] = ..., rules: _Optional[_Iterable[_Union[RuleEvidence, _Mapping]]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class RuleEvidence(_message.Message):
    __slots__ = ("id", "dimension", "reason", "line", "leads", "share", "not_judged", "fires_later", "win_rate_with", "win_rate_without", "win_rate_difference", "points_given", "points_earned", "p_differs", "p_wrong_sign", "overlaps", "same_as", "verdict", "words")
    ID_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    NOT_JUDGED_FIELD_NUMBER: _ClassVar[int]
    FIRES_LATER_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_WITH_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_WITHOUT_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    POINTS_GIVEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_EARNED_FIELD_NUMBER: _ClassVar[int]
    P_DIFFERS_FIELD_NUMBER: _ClassVar[int]
    P_WRONG_SIGN_FIELD_NUMBER: _ClassVar[int]
    OVERLAPS_FIELD_NUMBER: _ClassVar[int]
    SAME_AS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    dimension: _rule_score_pb2.Dimension
    reason: str
    line: int
    leads: int
    share: float
    not_judged: int
    fires_later: int
    win_rate_with: Estimate
    win_rate_without: Estimate
    win_rate_difference: Estimate
    points_given: float
    points_earned: Estimate
    p_differs: float
    p_wrong_sign: float
    overlaps: _containers.RepeatedCompositeFieldContainer[RuleOverlap]
    same_as: str
    verdict: RuleVerdict
    words: str
    def __init__(self, id: _Optional[str] = ..., dimension: _Optional[_Union[_rule_score_pb2.Dimension, str]] = ..., reason: _Optional[str] = ..., line: _Optional[int] = ..., leads: _Optional[int] = ..., share: _Optional[float] = ..., not_judged: _Optional[int] = ..., fires_later: _Optional[int] = ..., win_rate_with: _Optional[_Union[Estimate, _Mapping]] = ..., win_rate_without: _Optional[_Union[Estimate, _Mapping]] = ..., win_rate_difference: _Optional[_Union[Estimate, _Mapping]] = ..., points_given: _Optional[float] = ..., points_earned: _Optional[_Union[Estimate, _Mapping]] = ..., p_differs: _Optional[float] = ..., p_wrong_sign: _Optional[float] = ..., overlaps: _Optional[_Iterable[_Union[RuleOverlap, _Mapping]]] = ..., same_as: _Optional[str] = ..., verdict: _Optional[_Union[RuleVerdict, str]] = ..., words: _Optional[str] = ...) -> None: ...

class RuleOverlap(_message.Message):
    __slots__ = ("id", "both", "jaccard", "share")
    ID_FIELD_NUMBER: _ClassVar[int]
    BOTH_FIELD_NUMBER: _ClassVar[int]
    JACCARD_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    id: str
    both: int
    jaccard: float
    share: float
    def __init__(self, id: _Optional[str] = ..., both: _Optional[int] = ..., jaccard: _Optional[float] = ..., share: _Optional[float] = ...) -> None: ...
