"""Growth and age on the command line: what a tree's girths tell, and what they do not."""

from pathlib import Path
from typing import Annotated, Any

import typer

from registry.care_errors import AgeRecordError
from registry.cli.app import Office, _, app
from registry.cli.ledgers import Record, ref_of
from registry.commands.ages import input_words, record_age
from registry.db import reading, transaction
from registry.errors import Phrase, RecordKindError
from registry.growing import age_terms, read_regression, tree_ages, tree_growth
from registry.growth_records import AgeEstimate, AgeLack, GirthReading, GrowthModel, GrowthRecord
from registry.rules.ages import Core, Factor
from registry.vocab.growth_words import CAVEATS, LACKS, LEFT_OUT, SETTINGS
from registry.vocab.language import Translator
from registry.vocab.rule_words import CONFIDENCES

MixHeights = Annotated[
    bool, typer.Option("--mix-heights", help=_("Put girths of different measuring heights into one line."))
]


@app.command(help=_("Show how a tree grows by its dated girths, and where that leads in 5 and 10 years."))
def growth(ctx: typer.Context, record: Record, mix_heights: MixHeights = False) -> None:
    """Show the growth of a tree."""
    office: Office = ctx.obj
    t, today = office.t, office.today()
    with reading(office.engine()) as session:
        kind, own, called = ref_of(session, record)
        _assert_tree(kind, called)
        found = tree_growth(session, own, today, mix_heights=mix_heights)
    for line in growth_lines(found, t):
        office.say(line)
    office.answer({"record": record, **growth_facts(found)})


@app.command(
    help=_("Reckon a tree's age from its girth by every method there is; the grade is never touched.")
)
def age(
    ctx: typer.Context,
    record: Record,
    method: Annotated[
        str | None, typer.Option(help=_("Only this method: mitchell, white, factor, regression, growth."))
    ] = None,
    setting: Annotated[
        str | None, typer.Option(help=_("Where it grew up: open or woodland (Mitchell)."))
    ] = None,
    factor: Annotated[
        float | None, typer.Option(min=0.1, help=_("Growth factor, years for each inch of diameter."))
    ] = None,
    source: Annotated[str | None, typer.Option(help=_("Who says so, of --factor or the core."))] = None,
    core_years: Annotated[float | None, typer.Option(min=1, help=_("Years of the core (White)."))] = None,
    core_radius: Annotated[
        float | None, typer.Option(min=0.1, help=_("Radius of the core in cm, without bark (White)."))
    ] = None,
    ring_width: Annotated[
        float | None, typer.Option(min=0.01, help=_("Width of the core's last ring in mm (White)."))
    ] = None,
    bark: Annotated[float, typer.Option(min=0, help=_("Thickness of the bark in cm (White)."))] = 0.0,
    equation: Annotated[
        Path | None, typer.Option(help=_("TOML file with an equation of age and diameter."))
    ] = None,
    record_it: Annotated[
        bool,
        typer.Option("--record", help=_("Enter the estimate of --method among what is known of the age.")),
    ] = False,
) -> None:
    """Reckon the age of a tree."""
    office: Office = ctx.obj
    t, now = office.t, office.now()
    _check_words(method, setting, t)
    if record_it and method is None:
        raise typer.BadParameter(t.gettext("--record needs --method: say which estimate is to be entered"))
    if factor is not None and not source:
        raise typer.BadParameter(t.gettext("--factor needs --source: say where the number comes from"))
    given: dict[str, Any] = {
        "setting": setting,
        "factor": Factor(factor, source or "", "low") if factor is not None else None,
        "core": _core(core_years, core_radius, ring_width, bark, source, t),
        "regression": read_regression(equation) if equation else None,
    }
    entered = None
    with (transaction if record_it else reading)(office.engine()) as session:
        ref = ref_of(session, record)
        _assert_tree(ref[0], ref[2])
        every = tree_ages(session, ref[1], office.today(session), **given)
        found = [each for each in every if method in {None, each.method.id}]
        if record_it:
            if isinstance(found[0], AgeLack):
                raise AgeRecordError(record=record, reason=t.pick(LACKS[found[0].lack]))
            entered = record_age(session, ref, found[0], actor=office.actor, now=now)[1]
    for each in found:
        for line in _age_lines(each, t):
            office.say(line)
    office.say(
        t.gettext("Estimates beside the file: the recorded age and the protection grade stay as they are.")
    )
    if entered is not None:
        office.say(
            t.gettext("{record}: the estimate is in the file.", record=record)
            if entered
            else t.gettext("{record}: the estimate was there already.", record=record)
        )
    office.answer({"record": record, "estimates": [_age_facts(e) for e in found], "entered": entered})


def growth_lines(found: GrowthRecord, t: Translator) -> list[str]:
    """What a tree's girths tell, a line for each thing."""
    _ = t.gettext
    lines = []
    if found.model is None:
        reason = t.pick(LACKS[found.lack]) if found.lack else ""
        lines.append(_("No growth can be told: {reason}.", reason=reason))
    else:
        lines += _model_lines(found.model, t)
        for each in found.projections:
            girth, low, high = (t.number(cm, 0) for cm in (each.girth_cm, each.low_cm, each.high_cm))
            line = _(
                "{day}: about {girth} cm ({low} – {high} cm)", day=each.on, girth=girth, low=low, high=high
            )
            far = _(" · farther ahead than the readings reach back") if each.is_far else ""
            lines.append(line + far)
    if found.left_out:
        lines.append(
            t.ngettext("{count} reading not used:", "{count} readings not used:", len(found.left_out))
        )
        lines += [f"  {reading_words(each, t)} · {t.word(LEFT_OUT, why)}" for each, why in found.left_out]
    return lines


def _model_lines(model: GrowthModel, t: Translator) -> list[str]:
    _ = t.gettext
    lines = [
        _(
            "Girth grows {rate} cm a year ({low} – {high}).",
            rate=f"{model.rate:.2f}", low=f"{model.rate_low:.2f}", high=f"{model.rate_high:.2f}",
        ),
        t.ngettext(
            "From {count} reading over {years} years, {residual} cm off the line, at most {farthest} cm.",
            "From {count} readings over {years} years, {residual} cm off the line, at most {farthest} cm.",
            len(model.readings),
            years=t.number(model.span_years, 1),
            residual=t.number(model.residual_cm, 1),
            farthest=t.number(model.farthest_cm, 1),
        ),
    ]  # fmt: skip
    lines += [f"  {reading_words(each, t)}" for each in model.readings]
    lines += [f"  · {t.pick(CAVEATS[caveat])}" for caveat in model.caveats]
    for each in model.shrinkages:
        lines.append(
            _(
                "Smaller by {share} %: {earlier} → {later}. Measure it again.",
                share=t.number(each.share * 100, 1),
                earlier=reading_words(each.earlier, t),
                later=reading_words(each.later, t),
            )
        )
    return lines


def reading_words(each: GirthReading, t: Translator) -> str:
    """2019-05-01  412 cm @ 1.3 m."""
    day = each.on.isoformat() if each.on else t.gettext("day not given")
    height = "?" if each.height_m is None else f"{each.height_m:g}"
    return f"{day}  {each.girth_cm:.4g} cm @ {height} m"


def growth_facts(found: GrowthRecord) -> dict[str, Any]:
    """The same for a program."""
    model = found.model
    return {
        "lack": found.lack,
        "rate_cm_a_year": model and [model.rate, model.rate_low, model.rate_high],
        "height_m": model and model.height_m,
        "since": model and model.since,
        "until": model and model.until,
        "span_years": model and round(model.span_years, 2),
        "residual_cm": model and [model.residual_cm, model.farthest_cm],
        "readings": [_reading_facts(each) for each in model.readings] if model else [],
        "shrinking": [s.later.on for s in model.shrinkages] if model else [],
        "caveats": list(model.caveats) if model else [],
        "projections": [
            {"on": p.on, "girth_cm": p.girth_cm, "low_cm": p.low_cm, "high_cm": p.high_cm, "far": p.is_far}
            for p in found.projections
        ],
        "not_used": [{**_reading_facts(each), "why": why} for each, why in found.left_out],
    }


def _reading_facts(each: GirthReading) -> dict[str, Any]:
    return {"on": each.on, "girth_cm": each.girth_cm, "height_m": each.height_m}


def _age_lines(each: AgeEstimate | AgeLack, t: Translator) -> list[str]:
    _ = t.gettext
    name = t.pick(each.method.label)
    if isinstance(each, AgeLack):
        return [_("{method}: not possible. {reason}.", method=name, reason=t.pick(LACKS[each.lack]))]
    lines = [
        _(
            "{method}: {span} (as of {day}; confidence {confidence})",
            method=name,
            span=span_words(each, t),
            day=each.as_of.isoformat() if each.as_of else _("day not given"),
            confidence=t.word(CONFIDENCES, each.confidence),
        ),
        f"  {input_words(each, is_zh=t.lang == 'zh')}",
        _("  source: {source}", source=each.source),
        f"  · {t.pick(each.method.caveat)}",
    ]
    return lines + [f"  · {t.pick(CAVEATS[caveat])}" for caveat in each.caveats]


def span_words(each: AgeEstimate, t: Translator) -> str:
    """About 96 years (72 – 120)."""
    low, high = t.number(each.lower_years, 0), t.number(each.upper_years, 0)
    if each.years is None:
        return t.gettext("{low} – {high} years", low=low, high=high)
    years = t.number(each.years, 0)
    return t.gettext("about {years} years ({low} – {high})", years=years, low=low, high=high)


def _age_facts(each: AgeEstimate | AgeLack) -> dict[str, Any]:
    if isinstance(each, AgeLack):
        return {"method": each.method.id, "lack": each.lack}
    return {
        "method": each.method.id,
        "years": each.years,
        "lower_years": each.lower_years,
        "upper_years": each.upper_years,
        "as_of": each.as_of,
        "inputs": dict(each.inputs),
        "confidence": each.confidence,
        "source": each.source,
        "caveats": list(each.caveats),
    }


def _core(
    years: float | None,
    radius: float | None,
    ring: float | None,
    bark: float,
    source: str | None,
    t: Translator,
) -> Core | None:
    given = (years, radius, ring)
    if years is None or radius is None or ring is None:
        if any(each is not None for each in given):
            names = "--core-years, --core-radius, --ring-width"
            raise typer.BadParameter(t.gettext("{options}: all of them or none", options=names))
        return None
    if ring / 10 > radius:
        raise typer.BadParameter(t.gettext("--ring-width is in mm and cannot be wider than the core"))
    if not source:
        raise typer.BadParameter(t.gettext("the core needs --source: say where its numbers come from"))
    return Core(years, radius, ring, source, bark)


def _check_words(method: str | None, setting: str | None, t: Translator) -> None:
    for option, value, known in (
        ("--method", method, age_terms().methods),
        ("--setting", setting, SETTINGS),
    ):
        if value is not None and value not in known:
            words = " · ".join(known)
            raise typer.BadParameter(
                t.gettext("{word}: one of {known}", word=f"{option} {value}", known=words)
            )


def _assert_tree(kind: str, called: str) -> None:
    if kind != "tree":
        raise RecordKindError(record=called, kinds=Phrase("trees"))
