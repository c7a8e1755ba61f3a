"""The client for asyncio."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from types import TracebackType

import grpc
import grpc.aio

from . import requests, security
from .errors import LeadscoreError, from_call
from .lead import Lead
from .requests import stub
from .score import Score
from .security import TLS


class AsyncClient:
    """As Client, for asyncio: use it in an async with statement."""

    def __init__(self, address: str, *, model: str, token: str | None = None, tls: TLS | None = None, plaintext: bool = False, timeout: float = 10.0):
        security.check(address, tls, plaintext)
        self.model, self.timeout, self._token = model, timeout, token
        self._channel = (grpc.aio.insecure_channel(address, security.OPTIONS) if tls is None
                         else grpc.aio.secure_channel(address, tls.credentials(), security.OPTIONS))
        self._stub = stub(self._channel)

    async def score(self, lead: Lead, *, as_of: dt.datetime | None = None, explain: bool = True, request_id: str | None = None) -> Score:
        """Both scores of one lead, looked at now or at as_of. Raises Refused for a lead that cannot be scored."""
        request = requests.one(self.model, lead, as_of, explain)
        try:
            answer = await self._stub.ScoreLead(request, timeout=self.timeout, metadata=security.metadata(self._token, request_id))
        except grpc.RpcError as error:
            raise from_call(error) from error
        return Score.from_wire(answer.score, answer.scored_by)

    async def score_many(self, leads: Iterable[Lead] | AsyncIterable[Lead], *, as_of: dt.datetime | None = None, explain: bool = False, batch: int = 500) -> AsyncIterator[Score | LeadscoreError]:
        """A score for each lead in their order, or the error of one that cannot be scored; any number of leads, also of an asynchronous iterator."""
        async for some in requests.async_chunks(leads, batch):
            request = requests.many(self.model, some, as_of, explain)
            try:
                answer = await self._stub.BatchScoreLeads(request, timeout=self.timeout, metadata=security.metadata(self._token, None))
            except grpc.RpcError as error:
                raise from_call(error) from error
            for result in requests.results(answer):
                yield result

    async def close(self) -> None:
        await self._channel.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()
