"""What lies beside a public edition: its manifest, the editions kept, the list of those taken back."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

WITHDRAWN_FORMAT = "gushu-withdrawn-1"


def manifest_path(edition: Path) -> Path:
    """The signed manifest of the edition `edition`."""
    return edition.with_name(edition.name + ".json")


def kept_folder(public: Path) -> Path:
    """Where the editions that stood at `public` are kept."""
    return public.with_name(public.name + ".editions")


def kept_path(public: Path, number: int) -> Path:
    """Where edition `number` is kept."""
    return kept_folder(public) / f"{number}.gpkg"


def withdrawn_path(public: Path) -> Path:
    """The list of editions taken back, beside the one in place: it holds without publishing."""
    return public.with_name(public.name + ".withdrawn.json")


def withdrawn_text(numbers: Iterable[int], said_at: datetime) -> str:
    """The content of `withdrawn_path`. said_at: aware; of two lists the later one holds."""
    said = {"format": WITHDRAWN_FORMAT, "said_at": said_at.isoformat(timespec="seconds")}
    return json.dumps({**said, "withdrawn": sorted(numbers)}) + "\n"


def withdrawn_numbers(beside: str | None, facts: Mapping[str, str]) -> frozenset[int]:
    """The editions that are taken back, by the list beside the edition and by the edition's own `facts`.

    The later of the two holds, so that an edition brought to another machine alone is believed there, and
    what is restored without publishing is restored. A list that cannot be read takes nothing back in.
    """
    own = _numbers(facts.get("withdrawn"))
    try:
        said = json.loads(beside) if beside else None
        if not isinstance(said, dict) or said.get("format") != WITHDRAWN_FORMAT:
            return own
        listed = frozenset(int(number) for number in said["withdrawn"])
        is_later = datetime.fromisoformat(said["said_at"]) >= datetime.fromisoformat(facts["made_at"])
    except (ValueError, KeyError, TypeError):
        return own
    return listed if is_later else own


def _numbers(text: str | None) -> frozenset[int]:
    try:
        return frozenset(int(number) for number in json.loads(text or "[]"))
    except (ValueError, TypeError):
        return frozenset()
