import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from leadscore.v1 import lead_pb2 as _lead_pb2
from leadscore.v1 import lead_score_pb2 as _lead_score_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Explanation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPLANATION_UNSPECIFIED: _ClassVar[Explanation]
    EXPLANATION_FULL: _ClassVar[Explanation]
    EXPLANATION_NONE: _ClassVar[Explanation]
EXPLANATION_UNSPECIFIED: Explanation
EXPLANATION_FULL: Explanation
EXPLANATION_NONE: Explanation

class ScoreLeadRequest(_message.Message):
    __slots__ = ("model", "lead", "as_of", "explanation")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LEAD_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    model: str
    lead: _lead_pb2.Lead
    as_of: _timestamp_pb2.Timestamp
    explanation: Explanation
    def __init__(self, model: _Optional[str] = ..., lead: _Optional[_Union[_lead_pb2.Lead, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., explanation: _Optional[_Union[Explanation, str]] = ...) -> None: ...

class ScoreLeadResponse(_message.Message):
    __slots__ = ("score", "scored_by")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    score: _lead_score_pb2.LeadScore
    scored_by: ScoredBy
    def __init__(self, score: _Optional[_Union[_lead_score_pb2.LeadScore, _Mapping]] = ..., scored_by: _Optional[_Union[ScoredBy, _Mapping]] = ...) -> None: ...

class BatchScoreLeadsRequest(_message.Message):
    __slots__ = ("model", "leads", "as_of", "explanation")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    model: str
    leads: _containers.RepeatedCompositeFieldContainer[_lead_pb2.Lead]
    as_of: _timestamp_pb2.Timestamp
    explanation: Explanation
    def __init__(self, model: _Optional[str] = ..., leads: _Optional[_Iterable[_Union[_lead_pb2.Lead, _Mapping]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., explanation: _Optional[_Union[Explanation, str]] = ...) -> None: ...

class BatchScoreLeadsResponse(_message.Message):
    __slots__ = ("results", "scored_by")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[LeadResult]
    scored_by: ScoredBy
    def __init__(self, results: _Optional[_Iterable[_Union[LeadResult, _Mapping]]] = ..., scored_by: _Optional[_Union[ScoredBy, _Mapping]] = ...) -> None: ...

class StreamScoreLeadsRequest(_message.Message):
    __slots__ = ("model", "leads", "as_of", "explanation")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    model: str
    leads: _containers.RepeatedCompositeFieldContainer[_lead_pb2.Lead]
    as_of: _timestamp_pb2.Timestamp
    explanation: Explanation
    def __init__(self, model: _Optional[str] = ..., leads: _Optional[_Iterable[_Union[_lead_pb2.Lead, _Mapping]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., explanation: _Optional[_Union[Explanation, str]] = ...) -> None: ...

class StreamScoreLeadsResponse(_message.Message):
    __slots__ = ("results", "scored_by")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[LeadResult]
    scored_by: ScoredBy
    def __init__(self, results: _Optional[_Iterable[_Union[LeadResult, _Mapping]]] = ..., scored_by: _Optional[_Union[ScoredBy, _Mapping]] = ...) -> None: ...

class LeadResult(_message.Message):
    __slots__ = ("lead_id", "score", "error", "scored_by")
    LEAD_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    SCORED_BY_FIELD_NUMBER: _ClassVar[int]
    lead_id: str
    score: _lead_score_pb2.LeadScore
    error: _status_pb2.Status
    scored_by: ScoredBy
    def __init__(self, lead_id: _Optional[str] = ..., score: _Optional[_Union[_lead_score_pb2.LeadScore, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., scored_by: _Optional[_Union[ScoredBy, _Mapping]] = ...) -> None: ...

class ScoredBy(_message.Message):
    __slots__ = ("model", "version", "checksum", "rules_version", "format_version", "code_version", "newest_training_data_time", "alias", "canary")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    RULES_VERSION_FIELD_NUMBER: _ClassVar[int]
    FORMAT_VERSION_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    NEWEST_TRAINING_DATA_TIME_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    CANARY_FIELD_NUMBER: _ClassVar[int]
    model: str
    version: str
    checksum: str
    rules_version: str
    format_version: int
    code_version: str
    newest_training_data_time: _timestamp_pb2.Timestamp
    alias: str
    canary: bool
    def __init__(self, model: _Optional[str] = ..., version: _Optional[str] = ..., checksum: _Optional[str] = ..., rules_version: _Optional[str] = ..., format_version: _Optional[int] = ..., code_version: _Optional[str] = ..., newest_training_data_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., alias: _Optional[str] = ..., canary: bool = ...) -> None: ...
