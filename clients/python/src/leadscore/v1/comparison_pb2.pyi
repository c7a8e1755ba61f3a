from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Quadrant(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUADRANT_UNSPECIFIED: _ClassVar[Quadrant]
    QUADRANT_BOTH_HIGH: _ClassVar[Quadrant]
    QUADRANT_RULE_ONLY: _ClassVar[Quadrant]
    QUADRANT_MODEL_ONLY: _ClassVar[Quadrant]
    QUADRANT_BOTH_LOW: _ClassVar[Quadrant]
QUADRANT_UNSPECIFIED: Quadrant
QUADRANT_BOTH_HIGH: Quadrant
QUADRANT_RULE_ONLY: Quadrant
QUADRANT_MODEL_ONLY: Quadrant
QUADRANT_BOTH_LOW: Quadrant

class Comparison(_message.Message):
    __slots__ = ("points_percentile", "probability_percentile", "gap", "quadrant", "causes")
    POINTS_PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    QUADRANT_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    points_percentile: float
    probability_percentile: float
    gap: float
    quadrant: Quadrant
    causes: _containers.RepeatedCompositeFieldContainer[GapCause]
    def __init__(self, points_percentile: _Optional[float] = ..., probability_percentile: _Optional[float] = ..., gap: _Optional[float] = ..., quadrant: _Optional[_Union[Quadrant, str]] = ..., causes: _Optional[_Iterable[_Union[GapCause, _Mapping]]] = ...) -> None: ...

class GapCause(_message.Message):
    __slots__ = ("name", "detail", "points", "log_odds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    detail: str
    points: float
    log_odds: float
    def __init__(self, name: _Optional[str] = ..., detail: _Optional[str] = ..., points: _Optional[float] = ..., log_odds: _Optional[float] = ...) -> None: ...
