"""Assessment models: forms and scores as data, with their source (`schema/assessments/*.toml`).

An office may have models of its own, in a folder beside the register.
"""

import hashlib
import os
import tomllib
from functools import lru_cache
from pathlib import Path

from registry.care_errors import AssessmentModelError, AssessmentModelMissingError
from registry.db import SCHEMA_FOLDER, sqlite_path
from registry.errors import InputMissingError, Phrase, unwritable
from registry.health_records import AssessmentModel
from registry.rules.assessment_format import model_from

MODEL_FOLDER = SCHEMA_FOLDER / "assessments"


def model_folder(address: str) -> Path:
    """Where the register at `address` keeps models of its own (env GUSHU_ASSESSMENTS overrides it)."""
    if named := os.environ.get("GUSHU_ASSESSMENTS"):
        return Path(named)
    path = sqlite_path(address)
    return Path("gushu.assessments") if path is None else path.with_name(path.name + ".assessments")


class ModelLibrary:
    """The models at hand: those that come with the program, and an office's own in `folder`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folders = [MODEL_FOLDER, folder] if folder else [MODEL_FOLDER]

    def ids(self) -> list[str]:
        """The ids of all models."""
        return sorted({path.stem for folder in self._folders for path in folder.glob("*.toml")})

    def get(self, name: str) -> AssessmentModel:
        """The model called `name`, or the one in the file `name` (which ends in .toml).

        Raises AssessmentModelMissingError, AssessmentModelError, InputMissingError.
        """
        if name.endswith(".toml"):
            return read_model(Path(name))
        path = next((p for folder in self._folders if (p := folder / f"{name}.toml").is_file()), None)
        if path is None or not name.replace("-", "").isalnum():
            raise AssessmentModelMissingError(model=name, known=self.ids())
        return _kept(path) if path.parent == MODEL_FOLDER else read_model(path)

    def all(self) -> list[AssessmentModel]:
        """All models, by id. Raises AssessmentModelError."""
        return [self.get(model_id) for model_id in self.ids()]


def read_model(path: Path) -> AssessmentModel:
    """The model in the TOML file `path`, checked whole.

    Raises InputMissingError, AssessmentModelError that names the file and the key.
    """
    try:
        content = path.read_bytes()
        found = tomllib.loads(content.decode("utf-8"))
    except FileNotFoundError as error:
        raise InputMissingError(path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AssessmentModelError(model=path.name, key="TOML", reason=str(error)) from error
    except OSError as error:
        raise unwritable(path, error) from error
    model = model_from(found, path.name, hashlib.sha256(content).hexdigest())
    if model.id != path.stem:
        raise AssessmentModelError(
            model=path.name, key="id", reason=Phrase("it must be the name of the file")
        )
    return model


@lru_cache(maxsize=64)
def _kept(path: Path) -> AssessmentModel:
    return read_model(path)
