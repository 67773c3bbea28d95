"""How the page of a tree is cited, and on what terms."""

from datasette_plugins.tree_page.view import View, esc


def citation(view: View) -> str:
    """The reference as text: register, tree, edition, day, lasting address, source."""
    t, tree, source = view.t, view.tree, view.file.source
    title = source.get("title_en" if t.lang == "en" else "title") or ""
    latin = f" ({tree['name_latin']})" if tree["name_latin"] and view.name[1] != "la" else ""
    facts = {
        "register": view.register,
        "name": f"{view.name[0]}{latin}",
        "number": tree["tree_no"],
        "edition": view.edition.get("number", "—"),
        "day": view.edition.get("made_at", "")[:10] or "—",
        "address": view.address,
        "source": title,
    }
    if t.lang == "en":
        return (
            "{register}: {name}, no. {number}. Edition {edition}, {day}. {address}. Source: {source}.".format(
                **facts
            )
        )
    text = "{register}：{name}，编号 {number}[DB/OL]. 第 {edition} 版，{day}. {address}. 数据来源：{source}."
    return t.ours(text, "").format(**facts)


def licence_html(view: View) -> str:
    """The licence, linked where its text stands on the web."""
    source, tree = view.file.source, view.tree
    said = view.recorded(tree["licence"], source.get("title_lang") or "")
    url = source.get("licence_url") or ""
    return f'<a href="{esc(url)}" rel="license noopener">{said}</a>' if url.startswith("https://") else said
