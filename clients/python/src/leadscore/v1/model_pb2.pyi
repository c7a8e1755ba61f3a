import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FieldKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIELD_KIND_UNSPECIFIED: _ClassVar[FieldKind]
    FIELD_KIND_NUMBER: _ClassVar[FieldKind]
    FIELD_KIND_CATEGORY: _ClassVar[FieldKind]
    FIELD_KIND_BOOLEAN: _ClassVar[FieldKind]
    FIELD_KIND_DATE: _ClassVar[FieldKind]
    FIELD_KIND_EMAIL: _ClassVar[FieldKind]
FIELD_KIND_UNSPECIFIED: FieldKind
FIELD_KIND_NUMBER: FieldKind
FIELD_KIND_CATEGORY: FieldKind
FIELD_KIND_BOOLEAN: FieldKind
FIELD_KIND_DATE: FieldKind
FIELD_KIND_EMAIL: FieldKind

class Model(_message.Message):
    __slots__ = ("name", "champion", "challenger", "aliases", "etag", "fault", "fault_time", "taken_up_time", "canary_share", "shadow", "moves")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CHAMPION_FIELD_NUMBER: _ClassVar[int]
    CHALLENGER_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    FAULT_TIME_FIELD_NUMBER: _ClassVar[int]
    TAKEN_UP_TIME_FIELD_NUMBER: _ClassVar[int]
    CANARY_SHARE_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    name: str
    champion: str
    challenger: str
    aliases: _containers.RepeatedCompositeFieldContainer[ModelAlias]
    etag: str
    fault: _status_pb2.Status
    fault_time: _timestamp_pb2.Timestamp
    taken_up_time: _timestamp_pb2.Timestamp
    canary_share: float
    shadow: Shadow
    moves: _containers.RepeatedCompositeFieldContainer[AliasMove]
    def __init__(self, name: _Optional[str] = ..., champion: _Optional[str] = ..., challenger: _Optional[str] = ..., aliases: _Optional[_Iterable[_Union[ModelAlias, _Mapping]]] = ..., etag: _Optional[str] = ..., fault: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., fault_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., taken_up_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., canary_share: _Optional[float] = ..., shadow: _Optional[_Union[Shadow, _Mapping]] = ..., moves: _Optional[_Iterable[_Union[AliasMove, _Mapping]]] = ...) -> None: ...

class ModelAlias(_message.Message):
    __slots__ = ("alias", "version")
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    alias: str
    version: str
    def __init__(self, alias: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class AliasMove(_message.Message):
    __slots__ = ("time", "alias", "to", "by", "caller", "reason")
    TIME_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    alias: str
    to: str
    by: str
    caller: str
    reason: str
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., alias: _Optional[str] = ..., to: _Optional[str] = ..., by: _Optional[str] = ..., caller: _Optional[str] = ..., reason: _Optional[str] = ..., **kwargs) -> None: ...

class Shadow(_message.Message):
    __slots__ = ("champion", "challenger", "start_time", "leads", "failed", "fell", "rose", "requalified", "mean_probability_change", "mean_absolute_probability_change", "rank_changes")
    CHAMPION_FIELD_NUMBER: _ClassVar[int]
    CHALLENGER_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    FELL_FIELD_NUMBER: _ClassVar[int]
    ROSE_FIELD_NUMBER: _ClassVar[int]
    REQUALIFIED_FIELD_NUMBER: _ClassVar[int]
    MEAN_PROBABILITY_CHANGE_FIELD_NUMBER: _ClassVar[int]
    MEAN_ABSOLUTE_PROBABILITY_CHANGE_FIELD_NUMBER: _ClassVar[int]
    RANK_CHANGES_FIELD_NUMBER: _ClassVar[int]
    champion: str
    challenger: str
    start_time: _timestamp_pb2.Timestamp
    leads: int
    failed: int
    fell: int
    rose: int
    requalified: int
    mean_probability_change: float
    mean_absolute_probability_change: float
    rank_changes: _containers.RepeatedCompositeFieldContainer[RankChange]
    def __init__(self, champion: _Optional[str] = ..., challenger: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., leads: _Optional[int] = ..., failed: _Optional[int] = ..., fell: _Optional[int] = ..., rose: _Optional[int] = ..., requalified: _Optional[int] = ..., mean_probability_change: _Optional[float] = ..., mean_absolute_probability_change: _Optional[float] = ..., rank_changes: _Optional[_Iterable[_Union[RankChange, _Mapping]]] = ...) -> None: ...

class RankChange(_message.Message):
    __slots__ = ("leads",)
    FROM_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    leads: int
    def __init__(self, leads: _Optional[int] = ..., **kwargs) -> None: ...

class ModelVersion(_message.Message):
    __slots__ = ("name", "aliases", "in_service", "stored_time", "fault", "checksum", "format_version", "code_version", "rules_version", "horizon", "training", "validation", "recalibrated_from", "fields", "event_types")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    IN_SERVICE_FIELD_NUMBER: _ClassVar[int]
    STORED_TIME_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    FORMAT_VERSION_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    RULES_VERSION_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    TRAINING_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATED_FROM_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPES_FIELD_NUMBER: _ClassVar[int]
    name: str
    aliases: _containers.RepeatedScalarFieldContainer[str]
    in_service: bool
    stored_time: _timestamp_pb2.Timestamp
    fault: _status_pb2.Status
    checksum: str
    format_version: int
    code_version: str
    rules_version: str
    horizon: _duration_pb2.Duration
    training: TrainingData
    validation: HeldOutFigures
    recalibrated_from: str
    fields: _containers.RepeatedCompositeFieldContainer[LeadField]
    event_types: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., in_service: bool = ..., stored_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fault: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., checksum: _Optional[str] = ..., format_version: _Optional[int] = ..., code_version: _Optional[str] = ..., rules_version: _Optional[str] = ..., horizon: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., training: _Optional[_Union[TrainingData, _Mapping]] = ..., validation: _Optional[_Union[HeldOutFigures, _Mapping]] = ..., recalibrated_from: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[LeadField, _Mapping]]] = ..., event_types: _Optional[_Iterable[str]] = ...) -> None: ...

class TrainingData(_message.Message):
    __slots__ = ("rows", "leads", "won", "oldest_time", "newest_time", "fingerprint")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    OLDEST_TIME_FIELD_NUMBER: _ClassVar[int]
    NEWEST_TIME_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    rows: int
    leads: int
    won: int
    oldest_time: _timestamp_pb2.Timestamp
    newest_time: _timestamp_pb2.Timestamp
    fingerprint: str
    def __init__(self, rows: _Optional[int] = ..., leads: _Optional[int] = ..., won: _Optional[int] = ..., oldest_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., newest_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fingerprint: _Optional[str] = ...) -> None: ...

class HeldOutFigures(_message.Message):
    __slots__ = ("leads", "won", "auc", "auc_low", "auc_high", "rules_auc", "log_loss", "brier_score", "expected_to_observed", "verdict")
    LEADS_FIELD_NUMBER: _ClassVar[int]
    WON_FIELD_NUMBER: _ClassVar[int]
    AUC_FIELD_NUMBER: _ClassVar[int]
    AUC_LOW_FIELD_NUMBER: _ClassVar[int]
    AUC_HIGH_FIELD_NUMBER: _ClassVar[int]
    RULES_AUC_FIELD_NUMBER: _ClassVar[int]
    LOG_LOSS_FIELD_NUMBER: _ClassVar[int]
    BRIER_SCORE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_TO_OBSERVED_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    leads: int
    won: int
    auc: float
    auc_low: float
    auc_high: float
    rules_auc: float
    log_loss: float
    brier_score: float
    expected_to_observed: float
    verdict: str
    def __init__(self, leads: _Optional[int] = ..., won: _Optional[int] = ..., auc: _Optional[float] = ..., auc_low: _Optional[float] = ..., auc_high: _Optional[float] = ..., rules_auc: _Optional[float] = ..., log_loss: _Optional[float] = ..., brier_score: _Optional[float] = ..., expected_to_observed: _Optional[float] = ..., verdict: _Optional[str] = ...) -> None: ...

class LeadField(_message.Message):
    __slots__ = ("name", "kind", "used", "levels")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: FieldKind
    used: bool
    levels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[FieldKind, str]] = ..., used: bool = ..., levels: _Optional[_Iterable[str]] = ...) -> None: ...
