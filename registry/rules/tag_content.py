"""What a tag says of a tree, from its public record."""

from registry.records import TagContent, TreeRecord
from registry.rules.tag_codes import tag_address
from registry.vocab.language import Translator
from registry.vocab.words import AgeBasis, Category, Grade, TreeStatus

GRADE_SEALS = {Grade.FIRST: "一", Grade.SECOND: "二", Grade.THIRD: "三", Grade.FOURTH: "四"}
CATEGORY_SEALS = {Category.FAMOUS: "名", Category.RESERVE: "备"}


def seal_of(tree: TreeRecord) -> str | None:
    """The one character of the tree's seal: its grade, else its class, else its death; None for none."""
    if tree.status == TreeStatus.DEAD:
        return "故"
    if tree.protection_grade in set(Grade):
        return GRADE_SEALS[Grade(tree.protection_grade)]
    return CATEGORY_SEALS.get(Category(tree.category))


def age_text(tree: TreeRecord, language: Translator) -> str | None:
    """The age as people say it, with 约 and its basis unless documented; None where it is not known."""
    if tree.age_years is None:
        return None
    _ = language.gettext
    years = language.number(tree.age_years, 0)
    if tree.age_basis == AgeBasis.DOCUMENTED:
        return _("{years} years", years=years)
    return _("about {years} years ({basis})", years=years, basis=language.word(AgeBasis, tree.age_basis))


def tag_content(tree: TreeRecord, printed: str, public_address: str, language: Translator) -> TagContent:
    """The content of one tag. `tree` has passed the redaction; `printed` is CODE-CHECK."""
    place = tree.division_path[-1] if tree.division_path else None
    return TagContent(
        address=tag_address(public_address, printed),
        code=printed.partition("-")[0],
        tree_no=tree.tree_no,
        name_zh=tree.name_zh,
        name_latin=tree.name_latin,
        name_en=tree.name_en,
        authority_zh=tree.authority_zh,
        authority_en=tree.authority_en,
        grade=seal_of(tree),
        grade_label=language.word(Grade, tree.protection_grade) or None,
        age_text=age_text(tree, language),
        place=place,
        duty_phone=tree.duty_phone,
    )
