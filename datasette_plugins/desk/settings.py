"""Settings of the register: what each is for, changing them, what was changed, what the doctor finds."""

import json
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.account_parts import person_only
from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.office_kit import PAGE, instant, page_of, paged
from datasette_plugins.desk.routing import Route
from registry.calendars import register_zone
from registry.commands.register import change_setting
from registry.commands.webhooks import deliveries, webhooks
from registry.doctor import LABELS, Surgery, examine
from registry.errors import SettingInvalidError
from registry.models import Event, EventItem
from registry.rules.permissions import Right
from registry.settings import KNOWN, all_settings
from registry.vocab.change_words import DeliveryState
from registry.vocab.language import Translator

ON_THE_SERVER = frozenset({"species_list", "division_changes", "boundaries"})
"""Names of files of the server: nobody chooses those from afar."""
CHOICES = {
    "basemap": ("none", "osm", "tianditu", "amap", "url", "pmtiles"),
    "demonstration": ("no", "yes"),
    "second_factor_demanded": ("no", "yes"),
}
_SHOWN_DELIVERIES = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting of the form."""

    name: str
    help: str
    value: str
    default: str
    wrong: str
    choices: list[tuple[str, str]]
    is_fixed: bool


def settings_page(ask: Ask) -> Response:
    """All settings."""
    return _page(ask, {})


def change(ask: Ask) -> Response:
    """Change those that differ; none where one of them is wrong."""
    person_only(ask)
    sent = {name: ask.text(name) for name in KNOWN if name in ask.form and name not in ON_THE_SERVER}
    wrong: dict[str, str] = {}
    with ask.read() as session:
        before = all_settings(session)
    changed = {name: value for name, value in sent.items() if value != before[name]}
    for name, value in changed.items():
        try:
            KNOWN[name].check(value)
        except ValueError as error:
            reason = SettingInvalidError(name=name, value=value, reason=error.args[0])
            wrong[name] = str(ask.t.phrase(reason.facts["reason"]))
    if wrong:
        return _page(ask, wrong, sent, status=422)
    with ask.write() as session:
        for name, value in changed.items():
            change_setting(session, name, value, actor=ask.actor, now=ask.now)
            ask.audit(session, "setting_changed", ("setting", name))
    t = ask.t
    ask.say(
        t.ngettext("{count} setting is changed.", "{count} settings are changed.", len(changed))
        if changed
        else t.gettext("Nothing to change.")
    )
    return ask.go("/settings")


def changes_page(ask: Ask) -> Response:
    """What was changed when by whom, the newest first."""
    page = page_of(ask)
    query = (
        select(Event, EventItem)
        .join(EventItem, col(EventItem.seq) == col(Event.seq))
        .where(EventItem.subject_type == "setting")
        .order_by(col(Event.seq).desc(), col(EventItem.ordinal))
    )
    with ask.read() as session:
        rows, has_more = paged(session.exec(query.offset((page - 1) * PAGE).limit(PAGE + 1)))
        zone = register_zone(session)
        told = []
        for event, item in rows:
            old, new = json.loads(item.change).get("value", [None, None])
            told.append((instant(event.at, zone), event.actor, item.subject_id, old, new))
    return ask.page("desk/office/setting_changes.html", changes=told, page=page, has_more=has_more)


def _page(
    ask: Ask, wrong: dict[str, str], sent: dict[str, str] | None = None, *, status: int = 200
) -> Response:
    t, desk = ask.t, ask.desk
    with ask.read() as session:
        values = {**all_settings(session), **(sent or {})}
        surgery = Surgery(
            session, desk.address, desk.public or Path("public.gpkg"), desk.photos, desk.files,
            ask.today(session),
        )  # fmt: skip
        findings = [
            (found.state, t.word(LABELS, found.check), t.phrase(found.said),
             t.phrase(found.remedy) if found.remedy and found.state != "ok" else "")
            for found in examine(surgery)
        ]  # fmt: skip
        hooks = [_hook(session, row.id, row.name, row.url, row.is_active) for row in webhooks(session)]
    shown = [
        Shown(
            name, t.gettext(known.help), values[name], known.default, wrong.get(name, ""),
            _choices(name, t), name in ON_THE_SERVER,
        )
        for name, known in KNOWN.items()
    ]  # fmt: skip
    return ask.page(
        "desk/office/settings.html", status=status, settings=shown, findings=findings, hooks=hooks,
        delivery_words=DeliveryState,
        wrong=wrong,
    )  # fmt: skip


def _choices(name: str, t: Translator) -> list[tuple[str, str]]:
    words = {"yes": t.gettext("yes"), "no": t.gettext("no")}
    return [(each, words.get(each, each)) for each in CHOICES.get(name, ())]


def _hook(session: Session, own: str, name: str, url: str, is_active: bool) -> dict[str, object]:
    """A webhook with what became of its newest messages."""
    newest = deliveries(session, own)[:_SHOWN_DELIVERIES]
    return {
        "name": name,
        "url": url,
        "is_active": is_active,
        "deliveries": [(row.edition, row.state, row.last_status) for row in newest],
    }


ROUTES = (
    Route("GET", "/settings", settings_page, Right.PUBLISH),
    Route("POST", "/settings", change, Right.PUBLISH),
    Route("GET", "/settings/changes", changes_page, Right.PUBLISH),
)
