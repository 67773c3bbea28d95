"""Every sentence a person may read is there in Chinese, with the same facts in it."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from itertools import chain

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment
from register_kit import REPOSITORY

from registry import care_errors, desk_errors, errors, export_errors
from registry.errors import Phrase, RegistryError
from registry.importing.problems import KINDS
from registry.settings import KNOWN
from registry.vocab import care_words, change_words, culture_words, desk_words, words
from registry.vocab.fields import FIELDS
from registry.vocab.language import LANGUAGES, LOCALE_FOLDER, read_catalogue, translator
from registry.vocab.words import WORDS, Label

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "Phrase": None, "_Wrong": None, "Unusable": None}
SENTENCES = {"_": None, "gettext": None, "ngettext": (1, 2)}
"""What is said as it stands; a Phrase is filled in where it is said, and has one form."""
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
FOLDERS = ("registry", "exports", "datasette_plugins")
HAN = re.compile("[\u4e00-\u9fff]")


def error_classes(base: type[RegistryError] = RegistryError) -> Iterator[type[RegistryError]]:
    """All errors of the project."""
    for child in base.__subclasses__():
        yield child
        yield from error_classes(child)


FILES = {module.__name__ for module in (errors, care_errors, desk_errors, export_errors)}
ERRORS = [
    RegistryError,
    *(kind for kind in error_classes() if kind.__module__ in FILES),
]


@cache
def messages(folder: str, *, with_phrases: bool = True) -> tuple[tuple[str, str], ...]:
    """(singular, plural or "") of all sentences marked in the code and templates of a folder."""
    keywords = KEYWORDS if with_phrases else SENTENCES
    found = (entry[2] for entry in extract_from_dir(str(REPOSITORY / folder), METHODS, keywords=keywords))
    return tuple(sorted({(entry, "") if isinstance(entry, str) else (entry[0], entry[1]) for entry in found}))


def placeholders(text: str) -> set[str]:
    """Names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def missing(found: Iterator[str] | list[str]) -> list[str]:
    """Which sentences have no Chinese."""
    catalogue = read_catalogue("zh")
    return sorted(
        {text for text in found if not ((entry := catalogue.get(text)) and any(_strings(entry.string)))}
    )


def _strings(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def quoted(folder: str) -> set[str]:
    """Every text between quotes in the code and templates of a folder."""
    found: set[str] = set()
    for path in (REPOSITORY / folder).rglob("*.py"):
        constants = (
            node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Constant)
        )
        found.update(node.value for node in constants if isinstance(node.value, str))
    for path in (REPOSITORY / folder).rglob("templates/**/*.html"):
        tokens = Environment(autoescape=True).lex(path.read_text("utf-8"))
        found.update(ast.literal_eval(text) for _line, kind, text in tokens if kind == "string")
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sentence_in_the_code_is_there_in_chinese(folder: str) -> None:
    assert messages(folder)
    assert missing([singular for singular, _ in messages(folder)]) == []


def test_every_error_problem_and_setting_is_there_in_chinese() -> None:
    kinds = chain.from_iterable((kind.reason, kind.remedy) for kind in KINDS.values())
    settings = (known.help for known in KNOWN.values())
    assert missing([*(kind.template for kind in ERRORS), *kinds, *settings]) == []


def test_no_translation_is_without_its_sentence() -> None:
    ids = [entry.id for entry in read_catalogue("zh") if entry.id]
    translated = {text if isinstance(text, str) else text[0] for text in ids}
    assert sorted(translated.difference(*map(quoted, FOLDERS))) == []


def test_a_count_before_its_noun_has_a_form_for_one() -> None:
    """What is counted with ngettext anywhere (`{count} tree`) is never said as `{count} trees` or
    `{trees} trees` alone. Spans of time may be, they are bounds or fractions; species are so in any number.
    """
    every = chain.from_iterable(messages(folder) for folder in FOLDERS)
    nouns = {match[1] for _one, plural in every if (match := re.match(r"\{count\} ([a-z]+s)\b", plural))}
    named = "|".join(sorted(nouns - {"years", "months", "species"}))
    counted = re.compile(rf"\{{(?:count|{named})\}} (?:[a-z]+ )?(?:{named})\b")
    said = chain.from_iterable(messages(folder, with_phrases=False) for folder in ("registry", "exports"))
    assert [one for one, plural in said if not plural and counted.search(one)] == []


@pytest.mark.parametrize(
    ("years", "said"), [(0, "0 years"), (1, "1 year"), (1.0, "1 year"), (1.5, "1.5 years"), (2.0, "2 years")]
)
def test_a_count_may_be_a_fraction(years: float, said: str) -> None:
    words = ("{count} year apart", "{count} years apart")
    assert translator("en").ngettext(*words, years) == f"{said} apart"
    assert translator("zh").ngettext(*words, years).startswith(f"相隔 {years:g} ")


def test_a_translation_has_the_facts_of_its_sentence_and_no_others() -> None:
    plurals = {
        singular: plural
        for folder in ("registry", "exports", "datasette_plugins")
        for singular, plural in messages(folder)
    }
    for entry in read_catalogue("zh"):
        if not entry.id:
            continue
        sentence = entry.id if isinstance(entry.id, str) else entry.id[0]
        wanted = placeholders(sentence) | placeholders(plurals.get(sentence, ""))
        for said in filter(None, _strings(entry.string)):
            assert placeholders(said) == wanted, (sentence, said)


def test_no_sentence_is_translated_in_two_ways() -> None:
    from babel.messages.pofile import read_po

    said: dict[str, tuple[str, str]] = {}
    for path in sorted(LOCALE_FOLDER.rglob("*.po")):
        with path.open("rb") as stream:
            for entry in read_po(stream):
                if not entry.id or not any(_strings(entry.string)):
                    continue
                sentence = entry.id if isinstance(entry.id, str) else entry.id[0]
                text = "|".join(_strings(entry.string))
                assert said.setdefault(sentence, (text, path.name))[0] == text, (
                    sentence,
                    path.name,
                    said[sentence],
                )


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_has_a_code_of_its_own_and_can_be_said_in_both_languages(kind: type[RegistryError]) -> None:
    assert re.fullmatch("[a-z][a-z_]+", kind.code)
    assert [other for other in ERRORS if other.code == kind.code] == [kind]
    facts = dict.fromkeys(placeholders(kind.template), Phrase("there is no header row"))
    error = kind(**facts)
    for lang in LANGUAGES:
        said = translator(lang).error(error)
        assert said
        assert "{" not in said
    assert HAN.search(translator("zh").error(error))


def test_every_word_of_every_list_has_its_labels() -> None:
    enums = {
        value
        for module in (words, care_words, culture_words, change_words, desk_words)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, words.StrEnum)
    }
    assert set(WORDS) == enums - {words.StrEnum}
    for enum, labels in WORDS.items():
        assert set(labels) == {member.value for member in enum}
    lists = [value for value in vars(words).values() if isinstance(value, dict) and value is not WORDS]
    for labels in (
        *WORDS.values(),
        *(found for found in lists if all(isinstance(v, Label) for v in found.values())),
    ):
        assert all(label.zh and label.en for label in labels.values())


def test_every_field_has_its_labels() -> None:
    assert all(field.zh and field.en for field in FIELDS.values())


def test_lists_and_phrases_inside_an_error_are_said_as_well() -> None:
    inner = Phrase("the header has {columns} more than once", columns="a")
    error = errors.InputUnreadableError(path="x.csv", reason=inner)
    assert translator("zh").error(error) == "x.csv 无法读取：表头中 a 出现不止一次"
    assert "{'" not in translator("en").error(errors.SettingUnknownError(name="x", known=["a", "b"]))
    with pytest.raises(ValueError, match="lang"):
        translator("fr")
