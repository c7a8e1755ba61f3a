"""Scores a lead, and shows what a refusal says.   python score.py 127.0.0.1:50051 deals"""

import sys
from datetime import datetime, timezone

from leadscore import Client, Event, Lead, Refused

address, model = sys.argv[1:3]
good = Lead(
    "L-17",
    created_time=datetime(2026, 6, 20, 9, tzinfo=timezone.utc),
    fields={"country": "DE", "employees": 250, "seniority": "executive", "annual_revenue": None},
    events=[Event("pricing_page", datetime(2026, 6, 25, 8, 30, tzinfo=timezone.utc))],
)
with Client(address, model=model) as client:
    score = client.score(good, as_of=datetime(2026, 6, 27, 9, tzinfo=timezone.utc))
    print(f"{score.lead_id}: {score.probability:.1%} ({score.low:.1%} to {score.high:.1%}), {score.points:g} points, {score.qualification}")
    strongest = max(score.contributions, key=lambda c: abs(c.log_odds))
    print(f"  most of all: {strongest.term} {strongest.label}, {strongest.log_odds:+.2f} log-odds")
    try:
        client.score(Lead("L-18", fields={"employees": "many", "colour": "red"}))
    except Refused as refused:
        for violation in refused.violations:
            print(f"  refused: {violation.field}: {violation.description}")
