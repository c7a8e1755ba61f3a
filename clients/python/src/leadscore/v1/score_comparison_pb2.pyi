import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from leadscore.v1 import comparison_pb2 as _comparison_pb2
from leadscore.v1 import rule_evidence_pb2 as _rule_evidence_pb2
from leadscore.v1 import rule_score_pb2 as _rule_score_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BasisKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BASIS_KIND_UNSPECIFIED: _ClassVar[BasisKind]
    BASIS_KIND_NEWER: _ClassVar[BasisKind]
    BASIS_KIND_TRUSTED: _ClassVar[BasisKind]
    BASIS_KIND_REFIT: _ClassVar[BasisKind]
    BASIS_KIND_GIVEN: _ClassVar[BasisKind]

class VerdictTopic(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_TOPIC_UNSPECIFIED: _ClassVar[VerdictTopic]
    VERDICT_TOPIC_LEADS: _ClassVar[VerdictTopic]
    VERDICT_TOPIC_RANKING: _ClassVar[VerdictTopic]
    VERDICT_TOPIC_WORK: _ClassVar[VerdictTopic]
    VERDICT_TOPIC_SCALE: _ClassVar[VerdictTopic]
    VERDICT_TOPIC_DISAGREEMENT: _ClassVar[VerdictTopic]

class VerdictTone(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_TONE_UNSPECIFIED: _ClassVar[VerdictTone]
    VERDICT_TONE_GOOD: _ClassVar[VerdictTone]
    VERDICT_TONE_UNCLEAR: _ClassVar[VerdictTone]
    VERDICT_TONE_BAD: _ClassVar[VerdictTone]

class BandMeaning(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BAND_MEANING_UNSPECIFIED: _ClassVar[BandMeaning]
    BAND_MEANING_BETTER: _ClassVar[BandMeaning]
    BAND_MEANING_UNCLEAR: _ClassVar[BandMeaning]
    BAND_MEANING_WORSE: _ClassVar[BandMeaning]

class CapacityPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAPACITY_PERIOD_UNSPECIFIED: _ClassVar[CapacityPeriod]
    CAPACITY_PERIOD_DAY: _ClassVar[CapacityPeriod]
    CAPACITY_PERIOD_WEEK: _ClassVar[CapacityPeriod]
BASIS_KIND_UNSPECIFIED: BasisKind
BASIS_KIND_NEWER: BasisKind
BASIS_KIND_TRUSTED: BasisKind
BASIS_KIND_REFIT: BasisKind
BASIS_KIND_GIVEN: BasisKind
VERDICT_TOPIC_UNSPECIFIED: VerdictTopic
VERDICT_TOPIC_LEADS: VerdictTopic
VERDICT_TOPIC_RANKING: VerdictTopic
VERDICT_TOPIC_WORK: VerdictTopic
VERDICT_TOPIC_SCALE: VerdictTopic
VERDICT_TOPIC_DISAGREEMENT: VerdictTopic
VERDICT_TONE_UNSPECIFIED: VerdictTone
VERDICT_TONE_GOOD: VerdictTone
VERDICT_TONE_UNCLEAR: VerdictTone
VERDICT_TONE_BAD: VerdictTone
BAND_MEANING_UNSPECIFIED: BandMeaning
BAND_MEANING_BETTER: BandMeaning
BAND_MEANING_UNCLEAR: BandMeaning
BAND_MEANING_WORSE: BandMeaning
CAPACITY_PERIOD_UNSPECIFIED: CapacityPeriod
CAPACITY_PERIOD_DAY: CapacityPeriod
CAPACITY_PERIOD_WEEK: CapacityPeriod

class ScoreComparison(_message.Message):
    __slots__ = ("model", "rules", "leads", "won", "win_rate", "to", "basis", "verdicts", "ranking", "scale", "disagreement", "work", "months", "segments")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    RANKING_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    DISAGREEMENT_FIELD_NUMBER: _ClassVar[int]
    WORK_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    model: str
    rules: str
    leads: int
    won: int
    win_rate: _rule_evidence_pb2.Estimate
    to: _timestamp_pb2.Timestamp
    basis: ComparisonBasis
    verdicts: _containers.RepeatedCompositeFieldContainer[ComparisonVerdict]
    ranking: ScoreRanking
    scale: PointsScale
    disagreement: ScoreDisagreement
    work: TeamWork
    months: _containers.RepeatedCompositeFieldContainer[ComparisonPart]
    segments: _containers.RepeatedCompositeFieldContainer[ComparisonSegment]
    def __init__(self, model: _Optional[str] = ..., rules: _Optional[str] = ..., leads: _Optional[int] = ..., won: _Optional[int] = ..., win_rate: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., basis: _Optional[_Union[ComparisonBasis, _Mapping]] = ..., verdicts: _Optional[_Iterable[_Union[ComparisonVerdict, _Mapping]]] = ..., ranking: _Optional[_Union[ScoreRanking, _Mapping]] = ..., scale: _Optional[_Union[PointsScale, _Mapping]] = ..., disagreement: _Optional[_Union[ScoreDisagreement, _Mapping]] = ..., work: _Optional[_Union[TeamWork, _Mapping]] = ..., months: _Optional[_Iterable[_Union[ComparisonPart, _Mapping]]] = ..., segments: _Optional[_Iterable[_Union[ComparisonSegment, _Mapping]]] = ..., **kwargs) -> None: ...

class ComparisonBasis(_message.Message):
    __slots__ = ("kind", "words", "learned_until", "read", "won_late", "left_out", "past")
    class LeftOutEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    LEARNED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    READ_FIELD_NUMBER: _ClassVar[int]
    WON_LATE_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    PAST_FIELD_NUMBER: _ClassVar[int]
    kind: BasisKind
    words: str
    learned_until: _timestamp_pb2.Timestamp
    read: int
    won_late: int
    left_out: _containers.ScalarMap[str, int]
    past: int
    def __init__(self, kind: _Optional[_Union[BasisKind, str]] = ..., words: _Optional[str] = ..., learned_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., read: _Optional[int] = ..., won_late: _Optional[int] = ..., left_out: _Optional[_Mapping[str, int]] = ..., past: _Optional[int] = ...) -> None: ...

class ComparisonVerdict(_message.Message):
    __slots__ = ("topic", "tone", "text")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    TONE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    topic: VerdictTopic
    tone: VerdictTone
    text: str
    def __init__(self, topic: _Optional[_Union[VerdictTopic, str]] = ..., tone: _Optional[_Union[VerdictTone, str]] = ..., text: _Optional[str] = ...) -> None: ...

class ScoreNumbers(_message.Message):
    __slots__ = ("model", "rules")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    model: float
    rules: float
    def __init__(self, model: _Optional[float] = ..., rules: _Optional[float] = ...) -> None: ...

class ScoreEstimates(_message.Message):
    __slots__ = ("model", "rules")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    model: _rule_evidence_pb2.Estimate
    rules: _rule_evidence_pb2.Estimate
    def __init__(self, model: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., rules: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ...) -> None: ...

class ScoreRanking(_message.Message):
    __slots__ = ("auc", "difference", "clustered", "top", "gains")
    AUC_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    CLUSTERED_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    GAINS_FIELD_NUMBER: _ClassVar[int]
    auc: ScoreEstimates
    difference: _rule_evidence_pb2.Estimate
    clustered: ClusteredEstimate
    top: _containers.RepeatedCompositeFieldContainer[TopShare]
    gains: ScoreGains
    def __init__(self, auc: _Optional[_Union[ScoreEstimates, _Mapping]] = ..., difference: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., clustered: _Optional[_Union[ClusteredEstimate, _Mapping]] = ..., top: _Optional[_Iterable[_Union[TopShare, _Mapping]]] = ..., gains: _Optional[_Union[ScoreGains, _Mapping]] = ...) -> None: ...

class ClusteredEstimate(_message.Message):
    __slots__ = ("value", "standard_error", "low", "high", "clusters", "replicates")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    CLUSTERS_FIELD_NUMBER: _ClassVar[int]
    REPLICATES_FIELD_NUMBER: _ClassVar[int]
    value: float
    standard_error: float
    low: float
    high: float
    clusters: int
    replicates: int
    def __init__(self, value: _Optional[float] = ..., standard_error: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., clusters: _Optional[int] = ..., replicates: _Optional[int] = ...) -> None: ...

class TopShare(_message.Message):
    __slots__ = ("share", "leads", "won", "caught", "win_rate", "lift", "difference")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    CAUGHT_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    share: float
    leads: int
    won: ScoreNumbers
    caught: ScoreNumbers
    win_rate: ScoreEstimates
    lift: ScoreNumbers
    difference: _rule_evidence_pb2.Estimate
    def __init__(self, share: _Optional[float] = ..., leads: _Optional[int] = ..., won: _Optional[_Union[ScoreNumbers, _Mapping]] = ..., caught: _Optional[_Union[ScoreNumbers, _Mapping]] = ..., win_rate: _Optional[_Union[ScoreEstimates, _Mapping]] = ..., lift: _Optional[_Union[ScoreNumbers, _Mapping]] = ..., difference: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ...) -> None: ...

class ScoreGains(_message.Message):
    __slots__ = ("model", "rules")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    model: GainsCurve
    rules: GainsCurve
    def __init__(self, model: _Optional[_Union[GainsCurve, _Mapping]] = ..., rules: _Optional[_Union[GainsCurve, _Mapping]] = ...) -> None: ...

class GainsCurve(_message.Message):
    __slots__ = ("points",)
    POINTS_FIELD_NUMBER: _ClassVar[int]
    points: _containers.RepeatedCompositeFieldContainer[GainsPoint]
    def __init__(self, points: _Optional[_Iterable[_Union[GainsPoint, _Mapping]]] = ...) -> None: ...

class GainsPoint(_message.Message):
    __slots__ = ("worked", "caught")
    WORKED_FIELD_NUMBER: _ClassVar[int]
    CAUGHT_FIELD_NUMBER: _ClassVar[int]
    worked: float
    caught: float
    def __init__(self, worked: _Optional[float] = ..., caught: _Optional[float] = ...) -> None: ...

class PointsScale(_message.Message):
    __slots__ = ("leads", "curve", "bands", "steps", "wrong", "levels", "fast_lane", "excluded", "model")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    CURVE_FIELD_NUMBER: _ClassVar[int]
    BANDS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    WRONG_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    FAST_LANE_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    leads: int
    curve: _containers.RepeatedCompositeFieldContainer[BandPoint]
    bands: _containers.RepeatedCompositeFieldContainer[ScoreBand]
    steps: _containers.RepeatedCompositeFieldContainer[BandStep]
    wrong: _containers.RepeatedCompositeFieldContainer[BandStep]
    levels: _containers.RepeatedCompositeFieldContainer[PointsLevel]
    fast_lane: ScoreBand
    excluded: ScoreBand
    model: _containers.RepeatedCompositeFieldContainer[ScoreBand]
    def __init__(self, leads: _Optional[int] = ..., curve: _Optional[_Iterable[_Union[BandPoint, _Mapping]]] = ..., bands: _Optional[_Iterable[_Union[ScoreBand, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[BandStep, _Mapping]]] = ..., wrong: _Optional[_Iterable[_Union[BandStep, _Mapping]]] = ..., levels: _Optional[_Iterable[_Union[PointsLevel, _Mapping]]] = ..., fast_lane: _Optional[_Union[ScoreBand, _Mapping]] = ..., excluded: _Optional[_Union[ScoreBand, _Mapping]] = ..., model: _Optional[_Iterable[_Union[ScoreBand, _Mapping]]] = ...) -> None: ...

class BandPoint(_message.Message):
    __slots__ = ("score", "leads", "win_rate", "low", "high", "not_above")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    NOT_ABOVE_FIELD_NUMBER: _ClassVar[int]
    score: float
    leads: int
    win_rate: float
    low: float
    high: float
    not_above: int
    def __init__(self, score: _Optional[float] = ..., leads: _Optional[int] = ..., win_rate: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., not_above: _Optional[int] = ...) -> None: ...

class ScoreBand(_message.Message):
    __slots__ = ("to", "leads", "won", "win_rate", "expected")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    to: float
    leads: int
    won: int
    win_rate: _rule_evidence_pb2.Estimate
    expected: float
    def __init__(self, to: _Optional[float] = ..., leads: _Optional[int] = ..., won: _Optional[int] = ..., win_rate: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., expected: _Optional[float] = ..., **kwargs) -> None: ...

class BandStep(_message.Message):
    __slots__ = ("lower", "higher", "difference", "meaning")
    LOWER_FIELD_NUMBER: _ClassVar[int]
    HIGHER_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    lower: int
    higher: int
    difference: _rule_evidence_pb2.Estimate
    meaning: BandMeaning
    def __init__(self, lower: _Optional[int] = ..., higher: _Optional[int] = ..., difference: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., meaning: _Optional[_Union[BandMeaning, str]] = ...) -> None: ...

class PointsLevel(_message.Message):
    __slots__ = ("points", "reach", "win_rate", "low", "high", "probability_of_same_rank")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REACH_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_OF_SAME_RANK_FIELD_NUMBER: _ClassVar[int]
    points: float
    reach: int
    win_rate: float
    low: float
    high: float
    probability_of_same_rank: float
    def __init__(self, points: _Optional[float] = ..., reach: _Optional[int] = ..., win_rate: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., probability_of_same_rank: _Optional[float] = ...) -> None: ...

class ScoreDisagreement(_message.Message):
    __slots__ = ("high_share", "quadrants", "model_only_less_rule_only", "gaps", "close_calls", "rules", "fields")
    HIGH_SHARE_FIELD_NUMBER: _ClassVar[int]
    QUADRANTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_ONLY_LESS_RULE_ONLY_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    CLOSE_CALLS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    high_share: float
    quadrants: _containers.RepeatedCompositeFieldContainer[QuadrantLeads]
    model_only_less_rule_only: _rule_evidence_pb2.Estimate
    gaps: _containers.RepeatedCompositeFieldContainer[LeadGap]
    close_calls: int
    rules: _containers.RepeatedCompositeFieldContainer[DisagreementCause]
    fields: _containers.RepeatedCompositeFieldContainer[DisagreementCause]
    def __init__(self, high_share: _Optional[float] = ..., quadrants: _Optional[_Iterable[_Union[QuadrantLeads, _Mapping]]] = ..., model_only_less_rule_only: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., gaps: _Optional[_Iterable[_Union[LeadGap, _Mapping]]] = ..., close_calls: _Optional[int] = ..., rules: _Optional[_Iterable[_Union[DisagreementCause, _Mapping]]] = ..., fields: _Optional[_Iterable[_Union[DisagreementCause, _Mapping]]] = ...) -> None: ...

class QuadrantLeads(_message.Message):
    __slots__ = ("quadrant", "leads", "won", "win_rate", "expected", "days_to_win", "days_of")
    QUADRANT_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    DAYS_TO_WIN_FIELD_NUMBER: _ClassVar[int]
    DAYS_OF_FIELD_NUMBER: _ClassVar[int]
    quadrant: _comparison_pb2.Quadrant
    leads: int
    won: int
    win_rate: _rule_evidence_pb2.Estimate
    expected: float
    days_to_win: _rule_evidence_pb2.Estimate
    days_of: int
    def __init__(self, quadrant: _Optional[_Union[_comparison_pb2.Quadrant, str]] = ..., leads: _Optional[int] = ..., won: _Optional[int] = ..., win_rate: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., expected: _Optional[float] = ..., days_to_win: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., days_of: _Optional[int] = ...) -> None: ...

class LeadGap(_message.Message):
    __slots__ = ("lead_id", "won", "probability", "points", "probability_percentile", "points_percentile", "gap", "quadrant", "qualification", "causes")
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    POINTS_PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    QUADRANT_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    lead_id: str
    won: bool
    probability: float
    points: float
    probability_percentile: float
    points_percentile: float
    gap: float
    quadrant: _comparison_pb2.Quadrant
    qualification: _rule_score_pb2.Qualification
    causes: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.GapCause]
    def __init__(self, lead_id: _Optional[str] = ..., won: bool = ..., probability: _Optional[float] = ..., points: _Optional[float] = ..., probability_percentile: _Optional[float] = ..., points_percentile: _Optional[float] = ..., gap: _Optional[float] = ..., quadrant: _Optional[_Union[_comparison_pb2.Quadrant, str]] = ..., qualification: _Optional[_Union[_rule_score_pb2.Qualification, str]] = ..., causes: _Optional[_Iterable[_Union[_comparison_pb2.GapCause, _Mapping]]] = ...) -> None: ...

class DisagreementCause(_message.Message):
    __slots__ = ("name", "detail", "leads", "wrong", "won", "win_rate", "raised")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WRONG_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    RAISED_FIELD_NUMBER: _ClassVar[int]
    name: str
    detail: str
    leads: int
    wrong: int
    won: int
    win_rate: _rule_evidence_pb2.Estimate
    raised: int
    def __init__(self, name: _Optional[str] = ..., detail: _Optional[str] = ..., leads: _Optional[int] = ..., wrong: _Optional[int] = ..., won: _Optional[int] = ..., win_rate: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., raised: _Optional[int] = ...) -> None: ...

class TeamWork(_message.Message):
    __slots__ = ("capacity", "assumed", "untimed", "periods", "leads", "arrivals", "worked", "won", "missed", "difference", "curve", "cutoffs")
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    ASSUMED_FIELD_NUMBER: _ClassVar[int]
    UNTIMED_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    ARRIVALS_FIELD_NUMBER: _ClassVar[int]
    WORKED_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    CURVE_FIELD_NUMBER: _ClassVar[int]
    CUTOFFS_FIELD_NUMBER: _ClassVar[int]
    capacity: TeamCapacity
    assumed: bool
    untimed: bool
    periods: int
    leads: int
    arrivals: float
    worked: float
    won: ScoreNumbers
    missed: ScoreNumbers
    difference: _rule_evidence_pb2.Estimate
    curve: _containers.RepeatedCompositeFieldContainer[WorkPoint]
    cutoffs: _containers.RepeatedCompositeFieldContainer[WorkCutoff]
    def __init__(self, capacity: _Optional[_Union[TeamCapacity, _Mapping]] = ..., assumed: bool = ..., untimed: bool = ..., periods: _Optional[int] = ..., leads: _Optional[int] = ..., arrivals: _Optional[float] = ..., worked: _Optional[float] = ..., won: _Optional[_Union[ScoreNumbers, _Mapping]] = ..., missed: _Optional[_Union[ScoreNumbers, _Mapping]] = ..., difference: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., curve: _Optional[_Iterable[_Union[WorkPoint, _Mapping]]] = ..., cutoffs: _Optional[_Iterable[_Union[WorkCutoff, _Mapping]]] = ...) -> None: ...

class TeamCapacity(_message.Message):
    __slots__ = ("leads", "per", "share")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    PER_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    leads: int
    per: CapacityPeriod
    share: float
    def __init__(self, leads: _Optional[int] = ..., per: _Optional[_Union[CapacityPeriod, str]] = ..., share: _Optional[float] = ...) -> None: ...

class WorkPoint(_message.Message):
    __slots__ = ("leads", "won")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    leads: int
    won: ScoreNumbers
    def __init__(self, leads: _Optional[int] = ..., won: _Optional[_Union[ScoreNumbers, _Mapping]] = ...) -> None: ...

class WorkCutoff(_message.Message):
    __slots__ = ("name", "aim", "scores")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AIM_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    name: str
    aim: float
    scores: ScorePassed
    def __init__(self, name: _Optional[str] = ..., aim: _Optional[float] = ..., scores: _Optional[_Union[ScorePassed, _Mapping]] = ...) -> None: ...

class ScorePassed(_message.Message):
    __slots__ = ("model", "rules")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    model: PassedLeads
    rules: PassedLeads
    def __init__(self, model: _Optional[_Union[PassedLeads, _Mapping]] = ..., rules: _Optional[_Union[PassedLeads, _Mapping]] = ...) -> None: ...

class PassedLeads(_message.Message):
    __slots__ = ("threshold", "leads", "leads_per_period", "busiest", "won", "missed", "win_rate", "too_many")
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    LEADS_PER_PERIOD_FIELD_NUMBER: _ClassVar[int]
    BUSIEST_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    TOO_MANY_FIELD_NUMBER: _ClassVar[int]
    threshold: float
    leads: int
    leads_per_period: float
    busiest: int
    won: int
    missed: int
    win_rate: _rule_evidence_pb2.Estimate
    too_many: bool
    def __init__(self, threshold: _Optional[float] = ..., leads: _Optional[int] = ..., leads_per_period: _Optional[float] = ..., busiest: _Optional[int] = ..., won: _Optional[int] = ..., missed: _Optional[int] = ..., win_rate: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., too_many: bool = ...) -> None: ...

class ComparisonPart(_message.Message):
    __slots__ = ("label", "leads", "won", "win_rate", "auc", "difference", "top_leads", "top_won")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    AUC_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    TOP_LEADS_FIELD_NUMBER: _ClassVar[int]
    TOP_WON_FIELD_NUMBER: _ClassVar[int]
    label: str
    leads: int
    won: int
    win_rate: _rule_evidence_pb2.Estimate
    auc: ScoreEstimates
    difference: _rule_evidence_pb2.Estimate
    top_leads: int
    top_won: ScoreNumbers
    def __init__(self, label: _Optional[str] = ..., leads: _Optional[int] = ..., won: _Optional[int] = ..., win_rate: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., auc: _Optional[_Union[ScoreEstimates, _Mapping]] = ..., difference: _Optional[_Union[_rule_evidence_pb2.Estimate, _Mapping]] = ..., top_leads: _Optional[int] = ..., top_won: _Optional[_Union[ScoreNumbers, _Mapping]] = ...) -> None: ...

class ComparisonSegment(_message.Message):
    __slots__ = ("field", "parts")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    field: str
    parts: _containers.RepeatedCompositeFieldContainer[ComparisonPart]
    def __init__(self, field: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[ComparisonPart, _Mapping]]] = ...) -> None: ...
