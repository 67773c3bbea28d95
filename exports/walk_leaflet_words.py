"""What the leaflet of a walk says: every sentence in Chinese, and in English beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exports.walk_content import StoryContent, SubjectContent, WalkContent
from registry.errors import Phrase
from registry.vocab.culture_words import CULTURE_WORDS, Reliability, StoryKind, WalkKind
from registry.vocab.language import Translator, translator
from registry.vocab.sentences import age_words
from registry.vocab.words import Grade

Pair = tuple[str, str]
"""A text in Chinese and in English."""

CONDUCT = (
    Phrase("Stay on the paths and outside the fences: feet press the soil over the roots."),
    Phrase("Do not climb, carve, nail or hang anything, and light no fire or incense near a tree."),
    Phrase("In storm and thunder keep away from old trees; branches can break without warning."),
    Phrase("Leave fruits, bark and seedlings where they are, and respect the people who live there."),
)
"""How to behave at old trees: what the law forbids anyhow, and what keeps people safe."""


@dataclass(frozen=True, slots=True)
class LeafletFacts:
    """What a leaflet says of the edition that it is made from. `public_address`: "" where there is none."""

    register_name: str
    register_name_en: str
    public_address: str
    edition: str
    made_at: datetime | None
    made_on: date | None
    is_demonstration: bool = False
    map_review_no: str = ""
    duty: tuple[str, ...] = ()

    def walk_address(self, walk: WalkContent) -> str:
        """The address of the walk's page, whole; "" where the site has none."""
        return f"{self.public_address}/walk/{walk.path}" if self.public_address else ""

    def page_address(self, url: str) -> str:
        """The address of a page, whole; "" where the site has none."""
        return f"{self.public_address}{url}" if self.public_address else ""


class LeafletWords:
    """The sentences of one leaflet. Its Chinese is in the reader's script."""

    def __init__(self, t: Translator, facts: LeafletFacts) -> None:
        self.zh = t if t.lang == "zh" else translator("zh")
        self.en = translator("en")
        self.facts = facts
        self.html_lang = self.zh.html_lang
        self.sample = self.zh.gettext("SAMPLE")
        self.at_old_trees = self.pair(Phrase("At old trees"))
        self.to_report = self.pair(Phrase("To report damage or danger"))
        self.sources = self.pair(Phrase("Sources and licences"))
        self.notes = self.pair(Phrase("Notes on the way"))
        self.about = self.pair(Phrase("The walk"))
        self.stops = self.pair(Phrase("The stops"))
        self.sketch_note = " · ".join(
            self.pair(Phrase("The line joins the stops as the crow flies; it is not the way."))
        )
        self.shortened = self.pair(Phrase("(shortened; whole on its page)"))
        self.north = self.zh.gettext("N")

    def pair(self, phrase: Phrase) -> Pair:
        """A sentence in both languages."""
        return str(self.zh.phrase(phrase)), str(self.en.phrase(phrase))

    def pairs(self, phrases: Sequence[Phrase]) -> list[Pair]:
        """Sentences in both languages."""
        return [self.pair(each) for each in phrases]

    def kind(self, walk: WalkContent) -> Pair:
        """What the walk is for."""
        words = CULTURE_WORDS[WalkKind]
        return self.zh.word(words, walk.kind), self.en.word(words, walk.kind)

    def more(self, left: int) -> Pair:
        """That so many stops found no room."""
        return self.pair(
            Phrase("Stops that found no room here, on the page of the walk: {count}", count=left)
        )

    def length(self, metres: float) -> str:
        """A length in m or km."""
        return (
            f"{self.zh.number(metres / 1000, 1)} km" if metres >= 1000 else f"{self.zh.number(metres, 0)} m"
        )

    def in_short(self, walk: WalkContent) -> str:
        """Stops, length and time in one line, the same in every language."""
        metres = walk.length_m or walk.crow_m
        hours = f"{self.zh.number(walk.duration_h, 1)} h" if walk.duration_h else ""
        parts = (f"1–{len(walk.stops)}", self.length(metres) if metres else "", hours)
        return " · ".join(filter(None, parts))

    def lines(self, walk: WalkContent) -> Iterator[Pair]:
        """Label and value of what is known of the walk."""
        crow = Phrase("{length} as the crow flies, from stop to stop", length=self.length(walk.crow_m or 0))
        way = Phrase("{length} along the way, as its author says", length=self.length(walk.length_m or 0))
        yield self._label(Phrase("Stops")), str(len(walk.stops))
        if walk.crow_m:
            yield self._label(Phrase("Distance")), str(self.zh.phrase(crow))
        if walk.length_m:
            yield self._label(Phrase("Length of the way")), str(self.zh.phrase(way))
        if walk.duration_h:
            hours = Phrase("about {hours} h", hours=self.zh.number(walk.duration_h, 1))
            yield self._label(Phrase("Time")), str(self.zh.phrase(hours))
        for phrase, text in ((Phrase("Season"), walk.season), (Phrase("Beginning"), walk.start),
                             (Phrase("Access"), walk.accessibility)):  # fmt: skip
            if text:
                yield self._label(phrase), text

    def subject_line(self, about: SubjectContent) -> str:
        """Number, grade, age and girth of what a stop is at."""
        parts = [about.number if about.number != about.name else ""]
        if about.grade:
            parts.append(self.zh.word(Grade, about.grade))
        if about.age_years:
            parts.append(age_words(self.zh, about.age_years, about.age_basis))
        if about.girth_cm:
            parts.append(f"{self.zh.label('girth_cm')} {self.zh.number(about.girth_cm, 0)} cm")
        if about.height_m:
            parts.append(f"{self.zh.label('height_m')} {self.zh.number(about.height_m, 1)} m")
        return " · ".join(filter(None, parts))

    def story_line(self, story: StoryContent) -> str:
        """What a story is, how far it can be relied on, and where it is from."""
        parts = (
            self.zh.word(CULTURE_WORDS[StoryKind], story.kind),
            self.zh.word(CULTURE_WORDS[Reliability], story.reliability),
            story.source or "",
            story.teller or "",
        )
        return " · ".join(filter(None, parts))

    def credits(self, walk: WalkContent) -> list[str]:
        """Sources of the records and stories, each once."""
        found: dict[str, None] = {}
        for stop in walk.stops:
            if stop.subject and stop.subject.attribution:
                said = f"{stop.subject.attribution} · {stop.subject.licence}"
                found[said] = None
            for story in stop.stories:
                said = "、".join(filter(None, (story.source, story.teller, story.collector)))
                if said:
                    found[f"《{story.original.title}》{said}"] = None
        return list(found)

    def closing(self) -> Iterator[str]:
        """Edition, day and map review number."""
        made = self.facts.made_on.isoformat() if self.facts.made_on else ""
        edition = Phrase("Edition {number} of {day}", number=self.facts.edition, day=made)
        yield " · ".join(filter(None, (self.facts.register_name, *self.pair(edition))))
        if self.facts.map_review_no:
            yield str(self.zh.phrase(Phrase("Map review number {number}", number=self.facts.map_review_no)))

    def hidden(self, walk: WalkContent) -> Pair | None:
        """That stops are left out because their place is protected."""
        if not walk.hidden_stops:
            return None
        return self.pair(
            Phrase("Stops not shown, because their place is protected: {count}", count=walk.hidden_stops)
        )

    def texts(self, walk: WalkContent) -> Iterator[str]:
        """Every text of the leaflet but those of its stops."""
        pairs = (self.at_old_trees, self.to_report, self.sources, self.notes, self.about, self.stops,
                 self.shortened, self.kind(walk), self.more(1), self.hidden(walk) or ("", ""))  # fmt: skip
        for pair in (*pairs, *self.pairs(CONDUCT), *self.lines(walk)):
            yield from pair
        facts = self.facts
        yield from (self.sample, self.sketch_note, self.north, facts.register_name, facts.register_name_en,
                    facts.public_address, walk.path, "0123456789 km · ……")  # fmt: skip
        yield from (*self.credits(walk), *self.closing(), *facts.duty)
        for text in (walk.title, walk.title_en, walk.intro, walk.intro_en, walk.author):
            yield text or ""

    def _label(self, phrase: Phrase) -> str:
        zh, en = self.pair(phrase)
        return f"{zh} {en}"
