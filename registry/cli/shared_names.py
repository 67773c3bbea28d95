"""How the commands on caretakers tell of a name that is likely to be several parties."""

from collections.abc import Iterable, Iterator, Sequence

from sqlmodel import Session

from registry.care_errors import LetterError
from registry.care_letters import Whereabouts, steward_places
from registry.errors import Phrase
from registry.letter_records import LetterDraft
from registry.rules.shared_names import Place, is_bare_name, many_places
from registry.vocab.language import Translator
from registry.vocab.words import PartyKind

_SHOWN = 8


def without_shared(
    drafts: Sequence[LetterDraft], allowed: Iterable[str], t: Translator
) -> tuple[list[LetterDraft], list[LetterDraft]]:
    """The drafts to be printed, and those of a bare name whose records lie in several places.

    Raises LetterError where none is left.
    """
    agreed = {name.strip() for name in allowed}
    refused = [each for each in drafts if is_bare_name(each.caretaker) and _apart(each)]
    refused = [each for each in refused if each.caretaker not in agreed]
    if refused and len(refused) == len(drafts):
        raise LetterError(
            letter=refused[0].caretaker,
            reason=Phrase(
                "one name, and records in {places}: {remedy}",
                places=places_words(_apart(refused[0]), t),
                remedy=letter_remedy(refused[0].caretaker, t),
            ),
        )
    return [each for each in drafts if each not in refused], refused


def refused_words(refused: Iterable[LetterDraft], t: Translator) -> Iterator[str]:
    """Which letters were not printed, and what to do."""
    for each in refused:
        yield t.gettext(
            "{party}: no letter. One name, and records in {places}.",
            party=each.caretaker,
            places=places_words(_apart(each), t),
        )
        yield "  " + letter_remedy(each.caretaker, t)


def person_words(drafts: Iterable[LetterDraft], t: Translator) -> Iterator[str]:
    """Persons whose records lie in more than one town: perhaps two of one name."""
    for each in drafts:
        if not is_bare_name(each.caretaker) and (found := _apart(each)):
            yield _person(each.caretaker, found, t)


def shared_words(session: Session, parties: Iterable[tuple[str, str, str]], t: Translator) -> Iterator[str]:
    """What is to be looked at among (id, name, kind) of parties: one name that is likely to be several."""
    known = list(dict.fromkeys(parties))
    places = steward_places(session, (own for own, _name, _kind in known))
    for own, name, kind in known:
        found = many_places(name, kind, places.get(own, ()))
        if found and is_bare_name(name):
            yield t.gettext(
                "{party}: one name, and records in {places}. {remedy}",
                party=name,
                places=places_words(found, t),
                remedy=t.gettext("Name each one: `gushu duty set RECORD --steward VILLAGE+NAME`."),
            )
        elif found:
            yield _person(name, found, t)


def places_words(places: Sequence[Place], t: Translator) -> str:
    """Places as town and village, the first of them and how many more there are."""
    shown = ("、" if t.lang == "zh" else ", ").join(" ".join(place[-2:]) for place in places[:_SHOWN])
    more = len(places) - _SHOWN
    return shown if more <= 0 else t.gettext("{places} and {count} more", places=shown, count=more)


def letter_remedy(name: str, t: Translator) -> str:
    """How to mend it, or to print it all the same."""
    return t.gettext(
        "Name each one: `gushu duty set RECORD --steward VILLAGE+NAME`; "
        "if it is one party: --allow-shared {name}.",
        name=name,
    )


def _person(name: str, places: Sequence[Place], t: Translator) -> str:
    return t.gettext(
        "{party}: records in {places}; make sure that it is one person, not two of the same name.",
        party=name,
        places=places_words(places, t),
    )


def _apart(draft: LetterDraft) -> list[Place]:
    kind = PartyKind.UNIT if draft.is_unit else PartyKind.PERSON
    places: Sequence[Whereabouts] = draft.places
    return many_places(draft.caretaker, kind, places)
