"""The filters of the queue as an address has them, both ways: what nobody can have meant is left out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from registry.review_queue import SORTS, Filters
from registry.vocab.desk_words import ReviewLevel, SubmissionKind, SubmissionState

MOST_DAYS = 3650
AGES = (3, 7, 30)
SHOWN_STATES = (SubmissionState.PENDING, SubmissionState.QUARANTINED, SubmissionState.RETURNED,
                SubmissionState.REFUSED, SubmissionState.ACCEPTED)  # fmt: skip
_Word = TypeVar("_Word", SubmissionKind, ReviewLevel)


def filters_of(query: Mapping[str, str]) -> Filters:
    """The filters of an address; without any, what whoever asks may decide on."""
    state = query.get("state", "")
    days = query.get("days", "")
    page = query.get("page", "")
    kind, _, own = query.get("record", "").partition(":")
    return Filters(
        state=SubmissionState(state) if state in set(SHOWN_STATES) else SubmissionState.PENDING,
        kind=_word(SubmissionKind, query.get("kind")),
        level=_word(ReviewLevel, query.get("level")),
        division=query.get("division", "")[:36] or None,
        place=query.get("place", "").strip()[:60],
        person=query.get("person", "").strip()[:60],
        older_days=int(days) if _is_number(days) and 0 < int(days) <= MOST_DAYS else None,
        conflicts=query.get("conflicts") == "yes",
        mine=query.get("all") != "yes",
        sort=query["sort"] if query.get("sort") in SORTS else SORTS[0],
        record=(kind, own[:36]) if kind in {"tree", "grove"} and own else None,
        page=int(page) if _is_number(page) and int(page) > 0 else 1,
    )


def filters_in(text: str) -> Filters:
    """The filters of a query string that a form brings along."""
    return filters_of(dict(parse_qsl(text[:1000])))


def query_of(filters: Filters, **other: Any) -> str:
    """The query string of filters, with some of them another; without the page."""
    changed = replace(filters, **other)
    said = {
        "state": "" if changed.state == SubmissionState.PENDING else str(changed.state),
        "kind": changed.kind,
        "level": changed.level,
        "division": changed.division,
        "place": changed.place,
        "person": changed.person,
        "days": changed.older_days,
        "conflicts": "yes" if changed.conflicts else "",
        "all": "" if changed.mine else "yes",
        "sort": "" if changed.sort == SORTS[0] else changed.sort,
        "record": ":".join(changed.record) if changed.record else "",
    }
    return urlencode({name: str(value) for name, value in said.items() if value})


def _word(words: type[_Word], text: str | None) -> _Word | None:
    return words(text) if text in set(words) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7
