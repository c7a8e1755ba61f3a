"""Ask a leadscore server for scores.

    from leadscore import Client, Event, Lead, Refused

    with Client("127.0.0.1:50051", model="deals") as client:
        try:
            score = client.score(Lead("L-17", fields={"country": "DE", "employees": 250, "annual_revenue": None}))
            print(score.probability, score.points, score.qualification)
        except Refused as refused:
            for violation in refused.violations:
                print(violation.field, violation.description)

A field is a plain value; None says that nothing is known. AsyncClient has the same calls for asyncio.
"""

from .aio import AsyncClient
from .client import Client
from .errors import LeadscoreError, NotFound, Refused, Unavailable, Violation
from .lead import Event, Lead, Value
from .score import Contribution, FiredRule, Score, ScoredBy
from .security import TLS

__all__ = [
    "AsyncClient",
    "Client",
    "Contribution",
    "Event",
    "FiredRule",
    "Lead",
    "LeadscoreError",
    "NotFound",
    "Refused",
    "Score",
    "ScoredBy",
    "TLS",
    "Unavailable",
    "Value",
    "Violation",
]
