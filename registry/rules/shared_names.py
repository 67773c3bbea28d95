"""Names that many parties share: a bare 村委会 of many villages is many committees under one name. Pure."""

import re
from collections.abc import Iterable

from registry.vocab.words import PartyKind

Place = tuple[str, ...]
"""Where a record lies, largest division first: province, city, county, town, village as far as known."""
_BARE = re.compile(
    r"(?:本|该|所在)?(?:村|社区|街道|居民|村民|村社区)?"
    r"(?:村委|村委会|村民委员会|居委|居委会|居民委员会|村|村集体|村民小组|村小组|社区|委员会|管委会|管理处"
    r"|街道办|街道办事处|镇政府|乡政府|人民政府|政府|学校|小学|中学|幼儿园|祠堂|寺庙|单位)"
)


def is_bare_name(name: str) -> bool:
    """Whether a name says what kind of unit it is and not which one: 村委, 居委会, 学校."""
    return _BARE.fullmatch("".join(name.split())) is not None


def places_apart(places: Iterable[Place]) -> list[Place]:
    """The places that cannot be one: each that is no less exact word for another, sorted."""
    known = sorted({place for place in places if place})
    return [
        one for one in known if not any(len(one) < len(other) and other[: len(one)] == one for other in known)
    ]


def many_places(name: str, kind: str, places: Iterable[tuple[Place, str | None]]) -> list[Place]:
    """Where the records of one name lie, where they look like those of several parties; else nothing.

    places: (divisions down to the town, village) of each record. A bare name stands for one village, a person
    lives in one town; a unit named in full may look after trees anywhere.
    """
    if is_bare_name(name):
        found = places_apart((*town, village) if village else town for town, village in places)
    elif kind == PartyKind.PERSON:
        found = places_apart(town for town, _village in places)
    else:
        found = []
    return found if len(found) > 1 else []
