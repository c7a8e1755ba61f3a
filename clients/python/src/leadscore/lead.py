"""A lead as a caller writes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Union

from .v1 import lead_pb2

Value = Union[None, bool, int, float, Decimal, str, dt.datetime, dt.date]
"""What a field may hold. None, NaN, and what pandas has for a missing value (NA, NaT) say that nothing is known. A scalar of numpy counts as what its item() is."""


@dataclass(frozen=True)
class Event:
    """Something that a lead did: what, as in the training data, and when."""

    type: str
    time: dt.datetime


@dataclass(frozen=True)
class Lead:
    """A person or company that may buy: its fields by the names of the model's schema, and its events in any order."""

    id: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    events: Sequence[Event] = ()
    created_time: dt.datetime | None = None

    def to_wire(self) -> lead_pb2.Lead:
        wire = lead_pb2.Lead(id=self.id)
        if self.created_time is not None:
            wire.created_time.FromDatetime(utc(self.created_time, "created_time"))
        for name, value in self.fields.items():
            set_value(wire.fields[name], name, value)
        for event in self.events:
            wire.events.add(type=event.type).time.FromDatetime(utc(event.time, f"time of event {event.type!r}"))
        return wire


def set_value(wire: lead_pb2.FieldValue, name: str, value: Value) -> None:
    item = getattr(value, "item", None)
    if callable(item) and not isinstance(value, (bool, int, float, str)):
        value = item()  # of numpy: int64, float32, bool_
    if isinstance(value, Decimal):
        value = int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if is_missing(value):
        wire.missing.SetInParent()
    elif isinstance(value, bool):
        wire.boolean = value
    elif isinstance(value, (int, float)):
        if isinstance(value, int) and abs(value) > 2**53:
            raise ValueError(f"field {name!r}: {value}: whole numbers beyond 2**53 cannot be held exactly")
        wire.number = value
    elif isinstance(value, str):
        wire.text = value
    elif isinstance(value, dt.datetime):
        wire.timestamp.FromDatetime(utc(value, f"field {name!r}"))
    elif isinstance(value, dt.date):
        wire.timestamp.FromDatetime(dt.datetime(value.year, value.month, value.day))
    else:
        raise TypeError(f"field {name!r}: a {type(value).__name__} is no value; want a number, a text, a boolean, a time or None")


def is_missing(value: object) -> bool:
    """None; NaN and pandas' NaT, which do not equal themselves; pandas' NA, which says neither yes nor no to that."""
    return value is None or type(value).__name__ == "NAType" or bool(value != value)


def utc(time: dt.datetime, what: str) -> dt.datetime:
    """The instant in UTC, without its zone. A time without a zone could mean any, so it is refused."""
    if time.tzinfo is None:
        raise ValueError(f"{what}: {time} has no time zone; write datetime(…, tzinfo=timezone.utc)")
    return time.astimezone(dt.timezone.utc).replace(tzinfo=None)
