"""Requests, as both clients make them."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from .errors import LeadscoreError, from_status
from .lead import Lead, utc
from .score import Score
from .v1 import lead_scoring_service_pb2 as wire
from .v1 import lead_scoring_service_pb2_grpc

MOST_LEADS = 1000  # of one call, by the wire's promise


stub: Any = lead_scoring_service_pb2_grpc.LeadScoringServiceStub  # generated without types


def explanation(explain: bool) -> wire.Explanation:
    return wire.EXPLANATION_FULL if explain else wire.EXPLANATION_NONE


def one(model: str, lead: Lead, as_of: dt.datetime | None, explain: bool) -> wire.ScoreLeadRequest:
    request = wire.ScoreLeadRequest(model=model, lead=lead.to_wire(), explanation=explanation(explain))
    if as_of is not None:
        request.as_of.FromDatetime(utc(as_of, "as_of"))
    return request


def many(model: str, leads: Sequence[Lead], as_of: dt.datetime | None, explain: bool) -> wire.BatchScoreLeadsRequest:
    request = wire.BatchScoreLeadsRequest(model=model, leads=[lead.to_wire() for lead in leads], explanation=explanation(explain))
    if as_of is not None:
        request.as_of.FromDatetime(utc(as_of, "as_of"))
    return request


def results(answer: wire.BatchScoreLeadsResponse) -> Iterator[Score | LeadscoreError]:
    for result in answer.results:
        if result.HasField("score"):
            yield Score.from_wire(result.score, answer.scored_by)
        else:
            yield from_status(result.error)


def check_size(size: int) -> None:
    if not 1 <= size <= MOST_LEADS:
        raise ValueError(f"batch of {size} leads; want 1 to {MOST_LEADS}")


async def async_chunks(leads: Iterable[Lead] | AsyncIterable[Lead], size: int) -> AsyncIterator[list[Lead]]:
    if not isinstance(leads, AsyncIterable):
        for some in chunks(leads, size):
            yield some
        return
    check_size(size)
    batch: list[Lead] = []
    async for lead in leads:
        batch.append(lead)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def chunks(leads: Iterable[Lead], size: int) -> Iterator[list[Lead]]:
    check_size(size)
    rest = iter(leads)
    while batch := list(islice(rest, size)):
        yield batch
