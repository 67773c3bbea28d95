"""When somebody was with the tree last, and when the rules want somebody there again."""

from datetime import date

from datasette_plugins.tree_page.view import View, esc, line
from registry.vocab.words import InspectionKind


def visit_lines(view: View) -> str:
    """Last and next visit; "" where neither is known."""
    t, tree, _ = view.t, view.tree, view.t.gettext
    html = ""
    if view.file.inspections:
        row = view.file.inspections[0]
        kind = esc(t.word(InspectionKind, row["kind"]))
        html += line(_("Last visit"), f"{_day(view, row['inspected_on'])} · {kind}")
    if due := tree.get("next_visit_on"):
        html += line(_("Next visit"), _("by {day}", day=_day(view, due)) + _basis(view))
    elif months := tree.get("patrol_months"):
        if float(months).is_integer():
            often = t.ngettext("once in {count} month", "once in {count} months", int(months))
        else:
            often = t.ngettext("once in {count} day", "once in {count} days", round(months * 30.4))
        html += line(_("Patrols by rule"), often + _basis(view))
    return html


def _basis(view: View) -> str:
    """The document that says how often."""
    tree = view.tree
    zh, en = tree.get("patrol_basis_zh"), tree.get("patrol_basis_en")
    said = view.t.ours(zh or "", en or zh or "")
    return f' <span class="small sub">{esc(said)}</span>' if said else ""


def _day(view: View, text: str) -> str:
    return f'<time datetime="{esc(text[:10])}">{view.t.day(date.fromisoformat(text[:10]))}</time>'
