"""The facts of a tree's page: what stands beside the story, and the lines of the cards below."""

from datasette_plugins.site.place_names import TONGUES, lang_of
from datasette_plugins.site.stories import is_story_withheld, stories_of
from datasette_plugins.tree_page.life import age_range
from datasette_plugins.tree_page.view import View, esc, line, span
from exports.walk_content import WalkContent
from registry.vocab.culture_words import CULTURE_WORDS, Reliability, StoryKind
from registry.vocab.sentences import age_words, datum_words, field_name
from registry.vocab.words import (
    GRADE_SCHEMES,
    LISTINGS,
    NUMBER_SCHEMES,
    AddedReason,
    AgeBasis,
    Category,
    Condition,
    DeathDisposal,
    Department,
    Distribution,
    Environment,
    FamousCategory,
    Grade,
    GrowthPlace,
    LinkKind,
    Ownership,
    Precision,
    RemovalReason,
    TreeStatus,
    Vigour,
)

_SIZE_FIELDS = ("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "height_m", "crown_m",
                "crown_ew_m", "crown_ns_m")  # fmt: skip


def names_html(view: View) -> str:
    """The other names, each in its language."""
    tree = view.tree
    told = []
    if view.latin and view.name[1] != "la":
        told.append(span(view.latin, "latin") + _author(view))
    elif tree["name_author"]:
        told.append(_author(view))
    told += [span(pair) for pair in (view.en, view.zh) if pair and pair != view.name]
    if tree["common_name"] and tree["common_name"] != view.name[0]:
        told.append(span((tree["common_name"], tree["text_lang"])))
    kin = [span((name, lang_of(name, "la"))) for name in (tree["family"], tree["genus"]) if name]
    if kin:
        told.append(f'<span class="small">{" ".join(kin)}</span>')
    return " · ".join(told)


def _author(view: View) -> str:
    author = view.tree["name_author"]
    return f' <span class="author">{esc(author)}</span>' if author else ""


def badges_html(view: View) -> str:
    """Grade, class, lists, state, number, vigour."""
    t, tree = view.t, view.tree
    told: list[tuple[str, str]] = []
    if tree["protection_grade"]:
        scheme = t.word(GRADE_SCHEMES, tree["grade_scheme"])
        grade = t.word(Grade, tree["protection_grade"])
        told.append((" grade", f"{grade} · {scheme}" if scheme else grade))
    if tree["category"] != "listed":
        told.append((" grade", t.word(Category, tree["category"])))
    if tree["famous_category"]:
        told.append(("", t.word(FamousCategory, tree["famous_category"])))
    told += [(" grade", t.word(LISTINGS, code)) for code in tree["listings"]]
    told.append((" ok" if tree["status"] == "alive" else " gone", t.word(TreeStatus, tree["status"])))
    told.append((" tabular", f"{t.label('tree_no')} {tree['tree_no']}"))
    if tree["vigour"]:
        told.append(("", f"{t.label('vigour')} {t.word(Vigour, tree['vigour'])}"))
    return "".join(f'<li class="badge{css}">{esc(text)}</li>' for css, text in told)


def facts_html(view: View) -> str:
    """Age and sizes, large."""
    t, tree, _ = view.t, view.tree, view.t.gettext
    cells = [_cell(t.label("age_years"), _age(view))]
    if tree["planted_year"]:
        by = f" <small>{view.recorded(tree['planted_by'])}</small>" if tree["planted_by"] else ""
        cells.append(_cell(t.label("planted_year"), f"{tree['planted_year']}{by}"))
    cells += [_cell(t.word(AgeBasis, row["basis"]), age_range(view, row)) for row in view.file.ages]
    if all(tree[field] is None for field in _SIZE_FIELDS):
        said = _("No size is on record: it has not been measured, or the source does not say.")
        cells.append(f'<div class="wide"><dt>{_("Sizes")}</dt><dd class="sub">{said}</dd></div>')
    else:
        cells += [
            _cell(t.label("girth_cm"), _girth(view)),
            _cell(t.label("diameter_cm"), view.size("diameter_cm")),
            _cell(t.label("height_m"), view.size("height_m")),
            _cell(t.label("crown_m"), _crown(view)),
        ]
        ground = ("ground_girth_cm", "ground_diameter_cm")
        cells += [_cell(t.label(name), view.size(name, 0)) for name in ground if tree[name] is not None]
        if tree["measured_on"] is None:
            cells.append(_cell(t.label("measured_on"), view.unknown()))
    if day := tree["measured_on"]:
        cells.append(_cell(t.label("measured_on"), f"{esc(day)}{view.doubt('measured_on')}"))
    return "".join(cells)


def _cell(label: str, value: str) -> str:
    return f"<div><dt>{esc(label)}</dt><dd>{value}</dd></div>"


def _age(view: View) -> str:
    t, tree, _ = view.t, view.tree, view.t.gettext
    if tree["age_years"] is None:
        return f'<span class="unknown">{_("not known")}</span> <small>{_("the source does not say")}</small>'
    basis = t.word(AgeBasis, tree["age_basis"]) or _("basis not stated")
    as_of = f", {esc(tree['age_as_of'])}" if tree["age_as_of"] else ""
    said = age_words(t, tree["age_years"], tree["age_basis"])
    return f"{said}{view.doubt('age_years', 'age_as_of')} <small>{esc(basis)}{as_of}</small>"


def _girth(view: View) -> str:
    t, tree, _ = view.t, view.tree, view.t.gettext
    html = view.size("girth_cm", 0)
    if tree["stem_girths"]:
        html += f" <small>{t.label('stem_girths')} {esc(tree['stem_girths'])}</small>"
    if tree["girth_cm"] is None:
        return html
    height = tree["measure_height_m"]
    said = _("at {height} m", height=t.number(height, 1)) if height else _("height of measure not recorded")
    return f"{html} <small>{said}</small>"


def _crown(view: View) -> str:
    t, tree = view.t, view.tree
    html = view.size("crown_m")
    if tree["crown_ew_m"] or tree["crown_ns_m"]:
        east, north = (t.number(tree[name] or 0, 1) for name in ("crown_ew_m", "crown_ns_m"))
        doubt = view.doubt("crown_ew_m", "crown_ns_m")
        html += f" <small>{t.label('crown_ew_m')} {east} / {t.label('crown_ns_m')} {north}{doubt}</small>"
    return html


def story_html(view: View) -> str:
    """What is told of the tree; where nothing is, that, why, and who would like to hear it."""
    tree, _ = view.tree, view.t.gettext
    stories, collected = stories_of(tree), _collected(view)
    if collected and not stories:
        return collected
    lang = tree["text_lang"]
    if stories:
        said = lang_of(stories[0], lang, tree["jurisdiction"])
        paragraphs = (part.strip() for text in stories for part in text.split("\n"))
        told = "".join(f"<p>{esc(text)}</p>" for text in paragraphs if text)
        return f'{_said_in(view, said)}<div class="tale" lang="{said}">{told}</div>{collected}'
    if is_story_withheld(tree["withheld"]):
        return f'<p class="sub">{_("Something is on record and not yet released to the public.")}</p>'
    return f'<p class="sub">{_("The source tells none.")} {_ask(view)}</p>'


def _said_in(view: View, lang: str) -> str:
    """A label of recorded words in another language than the page; "" where there is no need of one."""
    t = view.t
    if lang[:2] == t.html_lang[:2]:
        return ""
    return f'<span class="said-in">{t.gettext("in {language}", language=t.word(TONGUES, lang))}</span>'


def _collected(view: View) -> str:
    """Stories that were collected about the tree, each with its reliability and source."""
    html = ""
    for story in view.file.stories:
        told = story.in_language(view.t.lang)
        kind = esc(view.t.word(CULTURE_WORDS[StoryKind], story.kind))
        words = esc(view.t.word(CULTURE_WORDS[Reliability], story.reliability))
        badge = f'<span class="reliability reliability-{esc(story.reliability)}">{words}</span>'
        people = " · ".join(esc(each) for each in (story.source, story.teller) if each)
        of = f' · <span lang="{story.original.lang}">{people}</span>' if people else ""
        paragraphs = "".join(f"<p>{esc(part)}</p>" for part in told.text.splitlines() if part.strip())
        html += (
            f'<article class="tale-card"><h3><a href="{view.visit.url("/story/" + story.path)}">'
            f'<span lang="{told.lang}">{esc(told.title)}</span></a></h3>'
            f'<p class="small sub">{kind} · {badge}{of}</p>'
            f'{_said_in(view, told.lang)}<div class="tale" lang="{told.lang}">{paragraphs}</div></article>'
        )
    return html


def _ask(view: View) -> str:
    _ = view.t.gettext
    office = view.file.authority
    if not (office.get("duty_phone") or office.get("duty_mail")):
        return ""
    said = esc(_("Do you know it? Tell the people who keep this tree."))
    return f'<a href="{esc(view.mail)}">{said}</a>' if view.mail else said


def place_lines(view: View) -> str:
    """Where it stands."""
    t, tree, division = view.t, view.tree, view.file.division
    names = view.place_html() or "—"
    if division:
        names = f'<a href="{view.visit.url("/place/" + division["path"])}">{names}</a>'
    html = view.texts("grove_no", "garden_no", "place_no") + line(t.label("division"), names)
    html += view.texts("town", "village", "small_place", "address")
    html += view.words(growth_place=GrowthPlace, distribution=Distribution)
    html += f'<div><dt>{t.gettext("Position")}</dt><dd class="tabular">{_position(view)}</dd></div>'
    if tree["elevation_m"] is not None:
        html += line(
            t.label("elevation_m"), f"{t.number(tree['elevation_m'], 0)} m{view.doubt('elevation_m')}"
        )
    if view.file.walks:
        html += line(t.gettext("Walks"), t.gettext(", ").join(_walk(view, walk) for walk in view.file.walks))
    return html + view.texts("slope", "slope_position", "aspect", "soil", "soil_compaction", "soil_depth")


def _walk(view: View, walk: WalkContent) -> str:
    is_english = view.t.lang == "en" and bool(walk.title_en)
    name, lang = (walk.title_en, "en") if is_english else (walk.title, walk.lang)
    return f'<a href="{view.visit.url("/walk/" + walk.path)}" lang="{lang}">{esc(name or "")}</a>'


def _position(view: View) -> str:
    t, tree = view.t, view.tree
    doubt = view.doubt("lon", "lat", "datum")
    precision = t.word(Precision, tree["position_precision"])
    if tree["lon"] is None:
        is_withheld = tree["position_precision"] == "withheld"
        said = precision if is_withheld else t.gettext("the source does not say")
        return f'<span class="sub">{esc(said)}</span>{doubt}'
    metres = tree["coordinate_uncertainty_m"]
    within = f' <span class="sub small">± {t.number(metres, 0)} m</span>' if metres else ""
    datum = f"{t.label('datum')} {datum_words(t, tree['datum'], tree['datum_code'])}"
    return (
        f"{_degrees(tree['lat'])}, {_degrees(tree['lon'])}{doubt}{within}"
        f'<br><span class="small sub">{esc(precision)} · {esc(datum)}</span>'
    )


def _degrees(value: float) -> str:
    """At most five decimals, and no more than there are."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def care_lines(view: View) -> str:
    """Who looks after it, and what is recorded of its state."""
    t, office = view.t, view.file.authority
    english = t.lang == "en"
    who = (office.get("name_en"), "en") if english else (office.get("name_zh"), office.get("name_zh_lang"))
    html = line(t.label("authority"), span((who[0] or "—", who[1] or "zh-Hans")))
    html += view.texts("steward")
    for link in view.file.links:
        to = f'<a href="{view.visit.url(link.url)}" lang="{esc(link.name_lang)}">{esc(link.name)}</a>'
        html += line(t.word(LinkKind, link.kind), to)
    html += view.texts("lead", "cooperating")
    html += view.words(
        ownership=Ownership, environment=Environment, department=Department, condition=Condition
    )
    html += view.texts("damage", "threats", "protection_measures", "rejuvenation", "values", "values_note")
    html += view.texts("species_record", "photo_note")
    html += view.words(added_reason=AddedReason, removal_reason=RemovalReason, death_disposal=DeathDisposal)
    if phone := office.get("duty_phone"):
        dial = "".join(phone.split())
        html += line(t.gettext("Duty telephone"), f'<a href="tel:{esc(dial)}">{esc(phone)}</a>')
    if view.mail:
        mail = f'<a href="{esc(view.mail)}">{esc(office["duty_mail"])}</a>'
        html += line(t.gettext("Duty mail"), mail)
    return html


def identity_lines(view: View) -> str:
    """Its numbers, and what it was called where it was recorded."""
    t, tree, species = view.t, view.tree, view.file.species
    html = line(t.word(NUMBER_SCHEMES, tree["number_scheme"]), tabular(tree["tree_no"]))
    for row in view.file.aliases:
        html += line(t.word(NUMBER_SCHEMES, row["scheme"]), tabular(row["number"]))
    if species:
        name = view.zh if t.lang == "zh" else view.en
        text = span(name or view.latin or (species["id"], "la"))
        count = t.ngettext("{count} tree", "{count} trees", species["tree_count"])
        link = f'<a href="{view.visit.url("/species/" + species["path"])}">{text}</a>'
        html += line(t.gettext("Species"), f'{link} <span class="small sub tabular">{count}</span>')
    if tree["name_verbatim"] and tree["name_verbatim"] != tree["name_zh"]:
        html += view.texts("name_verbatim")
    said = " ".join(filter(None, (tree["name_latin"], tree["name_author"])))
    if tree["latin_verbatim"] and tree["latin_verbatim"] != said:
        html += line(t.gettext("Latin name as recorded"), span((tree["latin_verbatim"], "la")))
    return html


def tabular(text: str) -> str:
    """A number in figures of one width."""
    return f'<span class="tabular">{esc(text)}</span>'


def source_lines(view: View) -> str:
    """Where the record comes from."""
    t, tree, source = view.t, view.tree, view.file.source
    title = source.get("title_en" if t.lang == "en" else "title") or "—"
    told = span((title, "en" if t.lang == "en" else source.get("title_lang") or "zh-Hans"))
    if (tree["source_url"] or "").startswith("https://"):
        own = t.gettext("the source's own page")
        told += f' · <a href="{esc(tree["source_url"])}" rel="noopener">{own}</a>'
    html = line(t.label("source"), told)
    if source.get("as_of"):
        html += line(t.gettext("As of"), tabular(source["as_of"]))
    html += line(t.label("attribution"), view.recorded(tree["attribution"], source.get("title_lang") or ""))
    if tree["updated_on"]:
        html += line(t.label("updated_on"), tabular(tree["updated_on"]))
    return html


def withheld_words(view: View) -> str:
    """What is not shown, named."""
    t = view.t
    return t.gettext(", ").join(field_name(t, field) for field in view.tree["withheld"])
