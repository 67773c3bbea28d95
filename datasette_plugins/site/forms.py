"""Pages that must be quick: a template is drawn once for each shape of its facts, then only filled in.

A template of this kind gets `facts`, a dictionary of finished texts, and may test whether one is there
(`{% if facts.phone %}`) and write it (`{{ facts.phone }}`), but not change it. Whatever else it
looks at must be named in `shape`. What is written is escaped exactly as Jinja would.
"""

import re
from collections.abc import Hashable, Mapping
from typing import Any

from markupsafe import escape

from datasette_plugins.site.pages import environment, fill
from datasette_plugins.site.visits import Visit

_SLOT = re.compile("\x02([a-z_-]+)\x03")
_MOST_SHAPES = 500


class Form:
    """A template that is filled in quickly."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._drawn: dict[Hashable, list[str]] = {}

    def fill(self, visit: Visit, shape: Mapping[str, Hashable], facts: Mapping[str, str]) -> str:
        """The page for `visit`. Equal shapes, and the same facts present, mean the same form."""
        key = (visit.lang, tuple(shape.items()), tuple(map(bool, facts.values())))
        pieces = self._drawn.get(key)
        if pieces is None:
            if len(self._drawn) >= _MOST_SHAPES:
                self._drawn.clear()
            pieces = self._drawn[key] = self._draw(visit, shape, facts)
        filled = pieces.copy()
        filled[1::2] = map(dict(zip(facts, _escaped(facts), strict=True)).__getitem__, pieces[1::2])
        return "".join(filled)

    def _draw(self, visit: Visit, shape: Mapping[str, Any], facts: Mapping[str, str]) -> list[str]:
        """Fixed texts and names of facts in turn, beginning and ending with a text."""
        slots = {name: f"\x02{name}\x03" if text else "" for name, text in facts.items()}
        template = environment().get_template(self._template)
        return _SLOT.split(fill(template, visit, facts=slots, **shape))


def _escaped(facts: Mapping[str, str]) -> list[str]:
    """The facts, escaped for HTML: all at once, as one by one takes four times as long."""
    texts = str(escape("\x02".join(facts.values()))).split("\x02")
    return texts if len(texts) == len(facts) else [str(escape(text)) for text in facts.values()]
