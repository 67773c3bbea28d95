"""What a tag says of a tree, from its public record."""

from collections.abc import Mapping

from registry.records import AreaRecord, TagContent, TreeRecord
from registry.rules.tag_codes import tag_address
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator, translator
from registry.vocab.sentences import age_words, seal_character
from registry.vocab.words import AgeBasis, Category, Grade, GrowthPlace


def age_text(tree: TreeRecord, language: Translator) -> str | None:
    """The age as people say it, with 约 and its basis unless documented; None where it is not known."""
    if tree.age_years is None:
        return None
    words = age_words(language, tree.age_years, tree.age_basis)
    if tree.age_basis in {None, AgeBasis.DOCUMENTED}:
        return words
    return language.gettext("{age} ({basis})", age=words, basis=language.word(AgeBasis, tree.age_basis))


def tag_content(
    tree: TreeRecord,
    printed: str,
    public_address: str,
    language: Translator,
    more: Mapping[str, str] | None = None,
) -> TagContent:
    """The content of one tag. `tree` has passed the redaction; `printed` is CODE-CHECK.

    more: further public words that templates ask for (`protection_zone`, `hung_on` …), by field.
    """
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
        texts=_known(_tree_texts(tree, language), more),
    )


def grove_tag_content(
    grove: AreaRecord,
    printed: str,
    public_address: str,
    language: Translator,
    more: Mapping[str, str] | None = None,
) -> TagContent:
    """The content of a grove's tag: its name, number, grade and how many trees it has. `grove` has passed the
    redaction; `printed` is CODE-CHECK; `more` as for a tree."""
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
        texts=_known({"steward": grove.steward, "values": grove.notes}, more),
    )


def blank_tag_content(
    printed: str,
    public_address: str,
    batch: str,
    language: Translator,
    *,
    offices: tuple[str, str],
    duty_phone: str | None,
    more: Mapping[str, str] | None = None,
) -> TagContent:
    """The content of a blank tag, which is bound to its tree where it is hung: its code is printed large.

    offices: whose tag it is, in Chinese and in English. batch: the print run or box, in small.
    """
    return TagContent(
        address=tag_address(public_address, printed),
        code=printed.partition("-")[0],
        tree_no=printed.partition("-")[0],
        name_zh="古树名木",
        name_latin=None,
        name_en=language.gettext("Protected tree"),
        authority_zh=offices[0],
        authority_en=offices[1],
        place=batch or None,
        duty_phone=duty_phone,
        texts=_known({}, more),
    )


def _tree_texts(tree: TreeRecord, language: Translator) -> dict[str, str | None]:
    """What templates may ask for beyond the names: see `TagContent.texts`. All is in the public record."""
    english = translator("en")
    chinese = language if language.lang == "zh" else translator("zh")
    return {
        "age_years_zh": age_text(tree, chinese),
        "protection_grade_zh": chinese.word(Grade, tree.protection_grade),
        "category_zh": chinese.word(Category, tree.category),
        "place_zh": (tree.places("zh") or ("",))[-1],
        "age_years_en": age_text(tree, english),
        "protection_grade_en": english.word(Grade, tree.protection_grade),
        "category": language.word(Category, tree.category),
        "category_en": english.word(Category, tree.category),
        "family": _group(tree.family, language),
        "genus": _group(tree.genus, language),
        "common_name": tree.common_name,
        "growth_place": language.word(GrowthPlace, tree.growth_place),
        "place_en": (tree.places("en") or ("",))[-1],
        "planted_by": tree.planted_by,
        "planted_year": str(tree.planted_year) if tree.planted_year else None,
        "steward": tree.steward,
        "story": tree.history_text,
        "values": tree.values_note or tree.values or tree.peculiarity,
    }


def _group(name: str | None, language: Translator) -> str | None:
    """A family or genus as it is recorded; a Chinese one is not said on an English plate."""
    return None if name and language.lang == "en" and not name.isascii() else name


def _known(texts: Mapping[str, str | None], more: Mapping[str, str] | None) -> dict[str, str]:
    return {field: text.strip() for field, text in {**texts, **(more or {})}.items() if text and text.strip()}
