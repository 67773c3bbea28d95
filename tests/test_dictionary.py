"""The field dictionary names every column, and docs/*/fields.md is the dictionary."""

import pytest
from register_kit import REPOSITORY
from sqlmodel import SQLModel

from registry.dictionary import Visibility, dictionary, markdown
from registry.vocab.language import translator
from registry.vocab.words import WORDS


def test_every_table_and_column_of_the_register_is_named_in_both_languages() -> None:
    entries = {table.name: table for table in dictionary()}
    assert set(entries) == set(SQLModel.metadata.tables)
    for table in SQLModel.metadata.sorted_tables:
        assert [column.name for column in entries[table.name].columns] == [c.name for c in table.columns]
        assert all(column.label.zh and column.label.en for column in entries[table.name].columns)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_dictionary_in_the_docs_is_the_one_of_the_models(lang: str) -> None:
    page = (REPOSITORY / "docs" / lang / "fields.md").read_text(encoding="utf-8")
    assert page.splitlines() == list(markdown(translator(lang))), (
        f"gushu --lang {lang} fields > docs/{lang}/fields.md"
    )


def test_the_dictionary_tells_who_may_see_a_field() -> None:
    seen = {
        (table.name, column.name): column.visibility for table in dictionary() for column in table.columns
    }
    assert seen["tree", "tree_no"] is Visibility.PUBLIC
    assert seen["tree", "history_text"] is Visibility.WHEN_RELEASED
    assert seen["grove", "canopy_closure"] is Visibility.PUBLIC
    assert seen["grove", "disturbance"] is Visibility.WHEN_RELEASED
    for private in (("party", "phone"), ("party", "name"), ("objection", "text"), ("tree", "lon_raw")):
        assert seen[private] is Visibility.OFFICE


def test_every_code_list_of_the_register_has_its_words_in_the_dictionary() -> None:
    listed = {column.words for table in dictionary() for column in table.columns if column.words}
    assert listed <= set(WORDS)
    assert all(WORDS[words] for words in listed)
