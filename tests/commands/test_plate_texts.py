"""Family and genus on plates: as recorded, else by the list of species, in the language of the plate."""

from datetime import date

import pytest
from register_kit import make_tree
from sqlalchemy.engine import Engine

from registry.db import reading
from registry.plate_texts import PlateTexts
from registry.rulepacks import PackLibrary
from registry.vocab.language import translator

FICUS = {"name_latin": "Ficus racemosa", "family": None, "genus": "Ficus"}
RECORDED = {"name_latin": "Styphnolobium japonicum", "family": "豆科", "genus": "槐属"}


@pytest.mark.parametrize(
    ("lang", "facts", "said"),
    [
        ("zh", FICUS, ("桑科", "榕属")),
        ("en", FICUS, ("Moraceae", "Ficus")),
        ("zh", RECORDED, ("豆科", None)),  # the genus stays what the tree's own record says
        ("en", RECORDED, ("Fabaceae", "Styphnolobium")),
        ("en", {"name_latin": None, "family": "豆科", "genus": None}, (None, None)),
        ("en", {"name_latin": "Ficus altissima", "family": "Urticaceae", "genus": "Ficus"},
         ("Urticaceae", "Ficus")),
    ],
)  # fmt: skip
def test_family_and_genus_are_said_in_the_language_of_the_plate(
    engine: Engine, lang: str, facts: dict[str, str | None], said: tuple[str | None, str | None]
) -> None:
    with reading(engine) as session:
        texts = PlateTexts(session, PackLibrary(), date(2026, 11, 22), translator(lang)).of(
            make_tree(**facts)
        )
    assert (texts.get("family"), texts.get("genus")) == said
