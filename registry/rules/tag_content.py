"""What a tag says of a tree, from its public record."""

from registry.records import AreaRecord, TagContent, TreeRecord
from registry.rules.tag_codes import tag_address
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.sentences import age_words, seal_character
from registry.vocab.words import AgeBasis, Grade


def age_text(tree: TreeRecord, language: Translator) -> str | None:
    """The age as people say it, with 约 and its basis unless documented; None where it is not known."""
    if tree.age_years is None:
        return None
    words = age_words(language, tree.age_years, tree.age_basis)
    if tree.age_basis in {None, AgeBasis.DOCUMENTED}:
        return words
    return language.gettext("{age} ({basis})", age=words, basis=language.word(AgeBasis, tree.age_basis))


def tag_content(tree: TreeRecord, printed: str, public_address: str, language: Translator) -> TagContent:
    """The content of one tag. `tree` has passed the redaction; `printed` is CODE-CHECK."""
    places = tree.places(language.lang)
    return TagContent(
        address=tag_address(public_address, printed),
        code=printed.partition("-")[0],
        tree_no=tree.tree_no,
        name_zh=tree.name_zh,
        name_latin=tree.name_latin,
        name_en=tree.name_en,
        authority_zh=tree.authority_zh,
        authority_en=tree.authority_en,
        grade=seal_character(tree.category, tree.status, tree.protection_grade) or None,
        grade_label=language.word(Grade, tree.protection_grade) or None,
        age_text=age_text(tree, language),
        place=places[-1] if places else None,
        duty_phone=tree.duty_phone,
    )


def grove_tag_content(
    grove: AreaRecord, printed: str, public_address: str, language: Translator
) -> TagContent:
    """The content of a grove's tag: its name, number, grade and how many trees it has. `grove` has passed the
    redaction; `printed` is CODE-CHECK."""
    places = grove.places(language.lang)
    trees = grove.tree_count if grove.tree_count is not None else grove.file_count or None
    is_english = grove.name_lang.startswith("en")
    return TagContent(
        address=tag_address(public_address, printed),
        code=printed.partition("-")[0],
        tree_no=grove.number,
        name_zh=None if is_english else grove.name or FIELDS["grove"].zh,
        name_latin=None,
        name_en=grove.name if is_english else None,
        authority_zh=grove.authority_zh,
        authority_en=grove.authority_en,
        grade=seal_character("", grove.status, grove.protection_grade) or None,
        grade_label=language.word(Grade, grove.protection_grade) or None,
        age_text=None if trees is None else language.ngettext("{count} tree", "{count} trees", trees),
        place=places[-1] if places else None,
        duty_phone=grove.duty_phone,
    )
