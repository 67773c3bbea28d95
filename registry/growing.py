"""Growth and age of one tree: the methods as data, and what the register knows to put into them."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from registry.care_errors import RegressionFileError
from registry.db import SCHEMA_FOLDER
from registry.errors import Phrase
from registry.growth_records import AgeEstimate, AgeLack, AgeMethod, GirthReading, GrowthRecord
from registry.models import Measurement, Species, Tree
from registry.parts import measurement_record
from registry.rules.ages import (
    AgeFacts,
    AgeTerms,
    Core,
    Factor,
    Rate,
    Regression,
    age_estimates,
    girth_to_go_by,
)
from registry.rules.growth import ModelTerms, girth_readings, growth_of
from registry.vocab.words import Label, TreeStatus

METHODS_FILE = SCHEMA_FOLDER / "growth" / "methods.toml"
MANY_COEFFICIENTS = 8


@lru_cache(maxsize=1)
def model_terms() -> ModelTerms:
    """What the growth model goes by."""
    model = _file()["model"]
    error = model["reading_error"]
    return ModelTerms(
        float(model["least_years"]),
        float(error["relative"]),
        float(error["absolute_cm"]),
        float(model["shrinking_share"]),
        float(model["margin_share"]),
    )


@lru_cache(maxsize=1)
def age_terms() -> AgeTerms:
    """The methods of reckoning an age, with their numbers."""
    said = _file()
    methods = {name: _method(name, told) for name, told in said["method"].items()}
    heights = {
        name: float(m["measure_height_m"]) for name, m in said["method"].items() if "measure_height_m" in m
    }
    mitchell = said["method"]["mitchell"]
    rates = {
        name: Rate(float(mitchell[f"{name}_cm"]["value"]), mitchell[f"{name}_cm"]["confidence"])
        for name in ("open", "woodland")
    }
    factors = {
        row["latin"]: Factor(float(row["value"]), row["source"], row["confidence"]) for row in said["factor"]
    }
    return AgeTerms(methods, heights, model_terms().margin_share, rates, factors)


def tree_girths(session: Session, tree_id: str) -> list[GirthReading]:
    """The girths of a tree, oldest first, undated ones last."""
    rows = session.exec(
        select(Measurement).where(Measurement.tree_id == tree_id).order_by(col(Measurement.id))
    )
    return girth_readings(map(measurement_record, rows))


def tree_growth(session: Session, tree_id: str, today: date, *, mix_heights: bool = False) -> GrowthRecord:
    """How a tree has grown, and where that leads."""
    return growth_of(tree_girths(session, tree_id), model_terms(), today, mix_heights=mix_heights)


def tree_ages(
    session: Session,
    tree_id: str,
    today: date,
    *,
    setting: str | None = None,
    factor: Factor | None = None,
    core: Core | None = None,
    regression: Regression | None = None,
) -> list[AgeEstimate | AgeLack]:
    """What every method makes of a tree's age, or why it cannot."""
    tree = session.get_one(Tree, tree_id)
    species = session.get(Species, tree.species_id) if tree.species_id else None
    girths = tree_girths(session, tree_id)
    facts = AgeFacts(
        girth=girth_to_go_by(girths, today),
        species=species.name_latin if species else None,
        setting=setting,
        factor=factor,
        core=core,
        regression=regression,
        model=growth_of(girths, model_terms(), today).model,
        is_dead=tree.status == TreeStatus.DEAD,
    )
    return age_estimates(facts, age_terms())


def read_regression(path: Path) -> Regression:
    """An equation of age and diameter out of a TOML file: id, source, form, coefficients; also error_years,
    least_cm, most_cm and species where they are known. Raises RegressionFileError.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RegressionFileError(path=path, reason=error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegressionFileError(path=path, reason=str(error)) from error
    known = {"id", "source", "form", "coefficients", "error_years", "least_cm", "most_cm", "species"}
    if unknown := sorted(said.keys() - known):
        raise RegressionFileError(path=path, reason=Phrase("{key} is not known here", key=unknown[0]))
    form, coefficients = said.get("form"), said.get("coefficients")
    if form not in {"polynomial", "power"}:
        told = Phrase("{key} is one of {known}", key="form", known="polynomial · power")
        raise RegressionFileError(path=path, reason=told)
    if not isinstance(coefficients, list) or not all(map(_is_number, coefficients)):
        raise RegressionFileError(path=path, reason=Phrase("{key} is a list of numbers", key="coefficients"))
    if len(coefficients) != 2 if form == "power" else not 1 < len(coefficients) <= MANY_COEFFICIENTS:
        told = Phrase("a power has two coefficients, a polynomial two to eight")
        raise RegressionFileError(path=path, reason=told)
    for name in ("id", "source"):
        if not isinstance(said.get(name), str) or not said[name].strip():
            raise RegressionFileError(path=path, reason=Phrase("{key} is missing", key=name))
    for name in ("error_years", "least_cm", "most_cm"):
        if name in said and (not _is_number(said[name]) or said[name] < 0):
            raise RegressionFileError(path=path, reason=Phrase("{key} is a number, 0 or more", key=name))
    return Regression(**{**said, "coefficients": tuple(map(float, coefficients))})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _method(name: str, told: dict[str, Any]) -> AgeMethod:
    return AgeMethod(
        name,
        Label(told["label_zh"], told["label_en"]),
        Label(told["caveat_zh"], told["caveat_en"]),
        told["source"],
        told["confidence"],
    )


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(METHODS_FILE.read_text(encoding="utf-8"))
