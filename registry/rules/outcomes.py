"""What worked: scores before and after, by species and measure. Pure.

A pair counts for every measure that was accepted between its two assessments. Scores of different models, or
of two versions of one, are never put together. Few pairs are anecdotes and say so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from registry.strategy_records import OutcomeRecord

ANECDOTE_BELOW = 5
"""Fewer records than this are said to be anecdotes."""


@dataclass(frozen=True, slots=True)
class ScorePair:
    """Scores of one record by one model before and after works. measures: those that were accepted."""

    species: str
    model_id: str
    model_version: str
    before: float
    after: float
    measures: tuple[str, ...]


def outcomes(pairs: Iterable[ScorePair]) -> list[OutcomeRecord]:
    """One row for each species, measure and model, those with most records first."""
    changes: defaultdict[tuple[str, str, str, str], list[float]] = defaultdict(list)
    for pair in pairs:
        for measure in sorted(set(pair.measures)):
            key = (pair.species, measure, pair.model_id, pair.model_version)
            changes[key].append(pair.after - pair.before)
    rows = [
        OutcomeRecord(
            *key,
            records=len(values),
            median=median(values),
            least=min(values),
            most=max(values),
            improved=sum(value > 0 for value in values) / len(values),
            is_anecdote=len(values) < ANECDOTE_BELOW,
        )
        for key, values in changes.items()
    ]
    return sorted(rows, key=lambda row: (-row.records, row.species, row.measure, row.model_id))
