"""Files that a form brings: put aside under a safe name, within a limit, while they are looked at."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.datastructures import UploadFile

from datasette_plugins.desk.asking import Ask
from registry.errors import InputMissingError, Phrase

_UNSAFE = re.compile(r"[\x00-\x1f/\\:*?\"<>|]+")
_LONGEST = 120


@contextmanager
def taken_files(ask: Ask, name: str) -> Iterator[list[Path]]:
    """The files of one field of the form, in a folder that goes away afterwards. Raises InputMissingError."""
    given = [each for each in ask.form.getlist(name) if isinstance(each, UploadFile) and each.filename]
    if not given:
        raise InputMissingError(path=Phrase("no file was chosen"))
    with tempfile.TemporaryDirectory(prefix="gushu-") as folder:
        found = []
        for place, each in enumerate(given):
            own = Path(folder) / str(place)
            own.mkdir(mode=0o700)
            path = own / safe_name(each.filename or "")
            with path.open("wb") as stream:
                shutil.copyfileobj(each.file, stream)
            found.append(path)
        yield found


def safe_name(name: str) -> str:
    """A file's name without its folders and without what no file system takes."""
    last = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, ending = last.rpartition(".")
    if not dot:
        return last[:_LONGEST] or "file"
    return f"{stem[: _LONGEST - 10] or 'file'}.{ending[:9]}"
