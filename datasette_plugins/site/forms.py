"""Pages that must be quick: a template is drawn once for each shape of its facts, then only filled in.

A template of this kind gets `facts`, a dictionary of finished texts, and may test whether one is there
(`{% if facts.phone %}`) and write it (`{{ facts.phone }}`), but not change it. Whatever else it
looks at must be named in `shape`. What is written is escaped exactly as Jinja would; `ready` holds parts
that are HTML already, for which the same holds. A page in the site's frame names the facts of its edition,
and what else the frame shows; its own address is filled in like any other fact.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from datasette_plugins.site.pages import environment, fill
from datasette_plugins.site.visits import Visit

_SLOT = re.compile("\x02([a-z_-]+)\x03")
_HERE = "own_address"
_MOST_SHAPES = 500
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Form:
    """A template that is filled in quickly."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._drawn: dict[Hashable, list[str]] = {}

    def fill(
        self,
        visit: Visit,
        shape: Mapping[str, Hashable],
        facts: Mapping[str, str],
        *,
        ready: Mapping[str, str] = _NOTHING,
        edition: Mapping[str, str] | None = None,
        around: Callable[[], Mapping[str, Any]] = dict,
    ) -> str:
        """The page for `visit`. Equal shapes, and the same facts present, mean the same form.

        edition: the facts of the edition, where the template has the site's frame; `around` gives what else
        the frame shows of that edition, and is asked only where the form has to be drawn.
        """
        if edition is not None:
            facts = {**facts, _HERE: f"{visit.path}?{visit.query}" if visit.query else visit.path}
        said = tuple(edition.items()) if edition is not None else ()
        key = (visit.lang, *shape.values(), *map(bool, facts.values()), *map(bool, ready.values()), said)
        pieces = self._drawn.get(key)
        if pieces is None:
            if len(self._drawn) >= _MOST_SHAPES:
                self._drawn.clear()
            pieces = self._drawn[key] = self._draw(visit, shape, facts, ready, edition, around)
        filled = pieces.copy()
        told = dict(zip(facts, _escaped(facts), strict=True)) if facts else {}
        told.update(ready)
        filled[1::2] = map(told.__getitem__, pieces[1::2])
        return "".join(filled)

    def _draw(
        self,
        visit: Visit,
        shape: Mapping[str, Any],
        facts: Mapping[str, str],
        ready: Mapping[str, str],
        edition: Mapping[str, str] | None,
        around: Callable[[], Mapping[str, Any]],
    ) -> list[str]:
        """Fixed texts and names of facts in turn, beginning and ending with a text."""
        slots = {name: f"\x02{name}\x03" if text else "" for name, text in facts.items()}
        more: dict[str, Any] = {}
        if ready:
            slot = Markup("\x02{}\x03")
            more["ready"] = {name: slot.format(name) if text else "" for name, text in ready.items()}
        if edition is not None:
            more.update(around(), edition=edition)
            visit = replace(visit, path=f"\x02{_HERE}\x03", query="")
        template = environment().get_template(self._template)
        return _SLOT.split(fill(template, visit, facts=slots, **more, **shape))


def _escaped(facts: Mapping[str, str]) -> list[str]:
    """The facts, escaped for HTML: all at once, as one by one takes four times as long."""
    texts = str(escape("\x02".join(facts.values()))).split("\x02")
    return texts if len(texts) == len(facts) else [str(escape(text)) for text in facts.values()]
