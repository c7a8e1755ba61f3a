"""The scores of a lead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .v1 import comparison_pb2, lead_score_pb2, lead_scoring_service_pb2, rule_score_pb2


@dataclass(frozen=True)
class ScoredBy:
    """Exactly what made a score, so that it can be made again."""

    model: str
    version: str
    checksum: str
    rules_version: str


@dataclass(frozen=True)
class Contribution:
    """What one term of the model adds to the log-odds, against the average lead."""

    term: str
    label: str
    log_odds: float
    standard_error: float


@dataclass(frozen=True)
class FiredRule:
    """A rule that counted, and the points that went into the sum."""

    rule_id: str
    reason: str
    points: float


@dataclass(frozen=True)
class Score:
    """Both scores of one lead. `raw` is the whole answer as it came."""

    lead_id: str
    as_of: dt.datetime | None
    probability: float
    """Of winning within the horizon, 0 to 1."""
    low: float
    """Lower end of the probability's 90 % interval."""
    high: float
    log_odds: float
    points: float
    """The rule score."""
    fit: float
    engagement: float
    grade: str
    """A1 (best) to D4."""
    qualification: str
    """mql, fast_lane, held, nurture or excluded."""
    qualification_reason: str
    quadrant: str
    """both_high, rule_only, model_only or both_low."""
    contributions: tuple[Contribution, ...]
    fired: tuple[FiredRule, ...]
    warnings: tuple[str, ...]
    """What the scores could not see of the lead, in words."""
    scored_by: ScoredBy
    raw: lead_score_pb2.LeadScore

    @classmethod
    def from_wire(cls, score: lead_score_pb2.LeadScore, by: lead_scoring_service_pb2.ScoredBy) -> Score:
        prediction, rules = score.prediction, score.rule_score
        return cls(
            lead_id=score.lead_id,
            as_of=score.as_of.ToDatetime(dt.timezone.utc) if score.HasField("as_of") else None,
            probability=prediction.probability,
            low=prediction.interval.low,
            high=prediction.interval.high,
            log_odds=prediction.log_odds,
            points=rules.points,
            fit=rules.fit,
            engagement=rules.engagement,
            grade=rules.grade,
            qualification=word(rule_score_pb2.Qualification.Name(rules.qualification), "QUALIFICATION_"),
            qualification_reason=rules.qualification_reason,
            quadrant=word(comparison_pb2.Quadrant.Name(score.comparison.quadrant), "QUADRANT_"),
            contributions=tuple(Contribution(c.term, c.label, c.log_odds, c.standard_error) for c in prediction.contributions),
            fired=tuple(FiredRule(f.rule_id, f.reason, f.points_counted) for f in rules.fired),
            warnings=tuple(score.coverage.warnings),
            scored_by=ScoredBy(by.model, by.version, by.checksum, by.rules_version),
            raw=score,
        )


def word(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()
