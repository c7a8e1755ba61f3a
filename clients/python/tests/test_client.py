"""Against a real server: LEADSCORE_ADDRESS without security; LEADSCORE_SECURE, LEADSCORE_CA and LEADSCORE_TOKEN with it."""

import os
from datetime import date, datetime, timezone
from decimal import Decimal

import numpy
import pandas
import pytest

from leadscore import TLS, AsyncClient, Client, Event, Lead, LeadscoreError, NotFound, Refused, Score, Unavailable

ADDRESS = os.environ["LEADSCORE_ADDRESS"]
AS_OF = datetime(2026, 6, 27, 9, tzinfo=timezone.utc)
GOOD = Lead(
    "L-17",
    created_time=datetime(2026, 6, 20, 9, tzinfo=timezone.utc),
    fields={"country": "DE", "employees": 250, "annual_revenue": float("nan"), "newsletter_opt_out": False, "company_founded": date(2001, 5, 1)},
    events=[Event("pricing_page", datetime(2026, 6, 25, 8, 30, tzinfo=timezone.utc))],
)
BAD = Lead("L-18", fields={"employees": "many", "colour": "red"})


def test_score_is_explained():
    with Client(ADDRESS, model="deals") as client:
        score = client.score(GOOD, as_of=AS_OF, request_id="py-1")
    assert 0 < score.low < score.probability < score.high < 1
    assert score.lead_id == "L-17" and score.as_of == AS_OF and score.scored_by.model == "deals"
    total = score.raw.prediction.baseline_log_odds
    for contribution in score.contributions:
        total += contribution.log_odds
    assert total == score.log_odds
    assert score.qualification in ("mql", "fast_lane", "held", "nurture", "excluded")
    assert any("not sent" in warning for warning in score.warnings)


def test_missing_is_no_zero():
    with Client(ADDRESS, model="deals") as client:
        scores = [client.score(Lead("x", fields={"employees": value}), as_of=AS_OF).probability for value in (None, float("nan"), 0)]
    assert scores[0] == scores[1] != scores[2]


def test_refused_names_all_fields():
    with Client(ADDRESS, model="deals") as client, pytest.raises(Refused) as caught:
        client.score(BAD, request_id="py-2")
    assert [v.field for v in caught.value.violations] == ['lead.fields["colour"]', 'lead.fields["employees"]']
    assert caught.value.code == "INVALID_ARGUMENT" and caught.value.request_id == "py-2" and caught.value.reason == "INVALID_REQUEST"


def test_not_found():
    with Client(ADDRESS, model="quotes") as client, pytest.raises(NotFound):
        client.score(GOOD)


def test_unavailable():
    with Client("127.0.0.1:1", model="deals", timeout=2) as client, pytest.raises(Unavailable):
        client.score(GOOD)


def test_many_in_order_with_their_errors():
    leads = [Lead(f"L-{i}", fields=BAD.fields if i % 7 == 3 else GOOD.fields) for i in range(1203)]
    with Client(ADDRESS, model="deals") as client:
        results = list(client.score_many(iter(leads), as_of=AS_OF))
    assert len(results) == len(leads)
    for i, result in enumerate(results):
        if i % 7 == 3:
            assert isinstance(result, Refused) and result.violations[0].field.startswith("leads[")
        else:
            assert isinstance(result, Score) and result.lead_id == f"L-{i}" and not result.contributions


async def test_async_gives_the_same():
    with Client(ADDRESS, model="deals") as client:
        want = client.score(GOOD, as_of=AS_OF)
    async with AsyncClient(ADDRESS, model="deals") as client:
        assert (await client.score(GOOD, as_of=AS_OF)).probability == want.probability
        with pytest.raises(Refused):
            await client.score(BAD)
        assert [type(result) async for result in client.score_many([GOOD, BAD])] == [Score, Refused]

        async def arriving():
            for lead in [GOOD, BAD, GOOD]:
                yield lead

        assert [type(result) async for result in client.score_many(arriving(), batch=2)] == [Score, Refused, Score]


def test_values_of_data_frames():
    def kind(value):
        wire = Lead("x", fields={"f": value}).to_wire().fields["f"]
        which = wire.WhichOneof("value")
        return which, getattr(wire, which) if which != "missing" else None

    for value in (None, float("nan"), pandas.NA, pandas.NaT, numpy.float64("nan"), numpy.float32("nan"), Decimal("nan")):
        assert kind(value) == ("missing", None), value
    for value in (250, 250.0, numpy.int64(250), numpy.float32(250), Decimal("250.00")):
        assert kind(value) == ("number", 250), value
    assert kind(Decimal("19.99")) == ("number", 19.99)
    assert kind(numpy.bool_(True)) == ("boolean", True)
    assert kind(pandas.Timestamp("2026-06-20T09:00:00Z"))[0] == "timestamp"
    for value in (Decimal(2**53 + 2), numpy.int64(2**53 + 2), pandas.Timestamp("2026-06-20")):
        with pytest.raises(ValueError):
            kind(value)


def test_times_need_a_zone_and_numbers_must_be_held():
    with Client(ADDRESS, model="deals") as client:
        with pytest.raises(ValueError, match="time zone"):
            client.score(Lead("x", created_time=datetime(2026, 1, 1)))
        with pytest.raises(ValueError, match="2\\*\\*53"):
            client.score(Lead("x", fields={"employees": 2**60}))
        with pytest.raises(TypeError, match="list is no value"):
            client.score(Lead("x", fields={"employees": [1]}))


def test_no_plaintext_over_the_network():
    with pytest.raises(ValueError, match="unencrypted"):
        Client("scores.example.com:443", model="deals", token="t")


def test_tls_and_token():
    address, tls = os.environ["LEADSCORE_SECURE"], TLS(ca=os.environ["LEADSCORE_CA"])
    with Client(address, model="deals", tls=tls, token=os.environ["LEADSCORE_TOKEN"]) as client:
        assert client.score(GOOD, as_of=AS_OF).lead_id == "L-17"
    with Client(address, model="deals", tls=tls, token="wrong") as client, pytest.raises(LeadscoreError) as caught:
        client.score(GOOD)
    assert caught.value.code == "UNAUTHENTICATED"
