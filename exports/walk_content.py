"""What a walk's page, its GPX and its leaflet are made of: plain values out of the public edition."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Told:
    """A text and the language it is in, as HTML names it."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class StoryText:
    """A story in one language."""

    title: str
    text: str
    lang: str
    translator: str | None = None


@dataclass(frozen=True, slots=True)
class StoryContent:
    """A released story: in the language it was recorded in, and in others."""

    uuid: str
    path: str
    kind: str
    reliability: str
    original: StoryText
    translations: tuple[StoryText, ...] = ()
    source: str | None = None
    source_url: str | None = None
    teller: str | None = None
    collector: str | None = None
    collected_on: date | None = None
    subject: "SubjectContent | None" = None

    def in_language(self, lang: str) -> StoryText:
        """The story for a reader of `lang` ("zh" or "en"): a translation where there is one, else as it was
        recorded."""
        if self.original.lang.startswith(lang):
            return self.original
        return next((each for each in self.translations if each.lang.startswith(lang)), self.original)


@dataclass(frozen=True, slots=True)
class SubjectContent:
    """What a story or a stop is about, as its page calls it.

    url: the path of its page, without language. facts: (field, value, unit) that a stop shows. photo: id of
    one. seal: one character, or "".
    """

    kind: str
    uuid: str
    url: str
    number: str
    name: str
    name_lang: str
    name_en: str | None = None
    name_latin: str | None = None
    division_path: tuple[str, ...] = ()
    division_path_en: tuple[str, ...] = ()
    text_lang: str = "zh-Hans"
    jurisdiction: str = ""
    status: str = "alive"
    seal: str = ""
    grade: str | None = None
    age_years: int | None = None
    age_basis: str | None = None
    girth_cm: float | None = None
    height_m: float | None = None
    photo: int | None = None
    attribution: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class StopContent:
    """One stop whose place is public. `lon`, `lat`: WGS84 degrees; None where the record has no position.

    step_m: metres as the crow flies from the stop before that has a position; None for the first.
    """

    place: int
    name: Told
    name_en: str | None
    lon: float | None
    lat: float | None
    text: Told | None
    text_en: str | None
    subject: SubjectContent | None
    stories: tuple[StoryContent, ...] = ()
    step_m: float | None = None


@dataclass(frozen=True, slots=True)
class WalkContent:
    """A released walk with its stops."""

    uuid: str
    path: str
    kind: str
    title: str
    title_en: str | None
    lang: str
    intro: str | None
    intro_en: str | None
    season: str | None
    duration_h: float | None
    length_m: float | None
    accessibility: str | None
    start: str | None
    author: str | None
    released_on: date
    hidden_stops: int
    stops: tuple[StopContent, ...] = ()

    @property
    def crow_m(self) -> float | None:
        """The sum of the distances as the crow flies, metres; None for fewer than two positions."""
        steps = [stop.step_m for stop in self.stops if stop.step_m is not None]
        return sum(steps) if steps else None
