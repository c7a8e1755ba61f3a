"""The client for ordinary code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from types import TracebackType

import grpc

from . import requests, security
from .errors import LeadscoreError, from_call
from .lead import Lead
from .requests import stub
from .score import Score
from .security import TLS


class Client:
    """A connection to a server. It may be shared by threads; close it, or use it in a with statement.

    model     deals (its champion), deals@challenger or deals/VERSION
    token     where the server asks for one
    tls       needed for any address but those of this machine, unless plaintext says otherwise
    timeout   of each call, in seconds
    """

    def __init__(self, address: str, *, model: str, token: str | None = None, tls: TLS | None = None, plaintext: bool = False, timeout: float = 10.0):
        security.check(address, tls, plaintext)
        self.model, self.timeout, self._token = model, timeout, token
        self._channel = (grpc.insecure_channel(address, security.OPTIONS) if tls is None
                         else grpc.secure_channel(address, tls.credentials(), security.OPTIONS))
        self._stub = stub(self._channel)

    def score(self, lead: Lead, *, as_of: dt.datetime | None = None, explain: bool = True, request_id: str | None = None) -> Score:
        """Both scores of one lead, looked at now or at as_of. Raises Refused for a lead that cannot be scored."""
        request = requests.one(self.model, lead, as_of, explain)
        try:
            answer = self._stub.ScoreLead(request, timeout=self.timeout, metadata=security.metadata(self._token, request_id))
        except grpc.RpcError as error:
            raise from_call(error) from error
        return Score.from_wire(answer.score, answer.scored_by)

    def score_many(self, leads: Iterable[Lead], *, as_of: dt.datetime | None = None, explain: bool = False, batch: int = 500) -> Iterator[Score | LeadscoreError]:
        """A score for each lead in their order, or the error of one that cannot be scored; any number of leads, read as they are
        needed. Leads of one batch are scored by one version at one instant."""
        for some in requests.chunks(leads, batch):
            request = requests.many(self.model, some, as_of, explain)
            try:
                answer = self._stub.BatchScoreLeads(request, timeout=self.timeout, metadata=security.metadata(self._token, None))
            except grpc.RpcError as error:
                raise from_call(error) from error
            yield from requests.results(answer)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
