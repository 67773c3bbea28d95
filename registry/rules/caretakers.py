"""Who looks after a tree where nobody is settled: defaults by kind of place and ownership, as data. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.vocab.labels import Label


@dataclass(frozen=True, slots=True)
class CaretakerRule:
    """One row of `schema/caretakers.toml`: where it holds, who it would be, and what that rests on.

    growth_places, ownerships: words of the register; an empty one asks nothing.
    """

    id: str
    unit: Label
    place: Label
    growth_places: frozenset[str]
    ownerships: frozenset[str]

    def holds(self, growth_place: str | None, ownership: str | None) -> bool:
        """Whether the row speaks of such a tree; one that asks nothing speaks of none by itself."""
        if not self.growth_places and not self.ownerships:
            return False
        stands = not self.growth_places or growth_place in self.growth_places
        return stands and (not self.ownerships or ownership in self.ownerships)


def caretaker_rule(
    rules: Iterable[CaretakerRule], growth_place: str | None, ownership: str | None
) -> CaretakerRule | None:
    """The first row that speaks of a tree, None where none does: then the county department decides."""
    return next((rule for rule in rules if rule.holds(growth_place, ownership)), None)
