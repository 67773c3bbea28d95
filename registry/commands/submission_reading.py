"""Reading one submission as it was sent: a form of today, or what can be kept of one that is newer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from registry.desk_errors import SubmissionFormError
from registry.rules.submission_format import (
    FORM,
    FORMS,
    MOST_PHOTOS,
    Fix,
    Long,
    PhotoSaid,
    RecordName,
    Short,
    SubmissionDraft,
    SubmissionId,
)
from registry.vocab.desk_words import SubmissionKind

_LATEST_FORM = 1000
_Part = TypeVar("_Part", bound=BaseModel)


class _Envelope(BaseModel):
    """What is read of a form that is newer than this program; its answers are kept unread."""

    model_config = ConfigDict(extra="ignore")
    id: SubmissionId
    kind: SubmissionKind
    form: int
    record: RecordName | None = None
    provisional_no: Short | None = None
    device: Short | None = None
    captured_at: datetime
    captured_on: date | None = None
    base_seq: int | None = None
    fix: Any = None
    no_fix_reason: Short | None = None
    scanned: Long | None = None
    content: dict[str, Any]
    photos: list[Any] = []
    replaces: SubmissionId | None = None


def read_draft(sent: Mapping[str, Any]) -> SubmissionDraft:
    """One submission, checked. Of one whose form is newer than this program only what is around the answers
    is. Raises SubmissionFormError, which names the field and what is wrong with it."""
    try:
        if is_newer(sent):
            return _as_far_as_read(_Envelope.model_validate(sent))
        return SubmissionDraft.model_validate(sent)
    except ValidationError as error:
        raise _content_error(sent) or form_error(error) from None


def _content_error(sent: Mapping[str, Any]) -> SubmissionFormError | None:
    """What is wrong with the answers alone, so that a field of theirs is named as one."""
    kind, content = sent.get("kind"), sent.get("content")
    form = FORMS.get(kind) if isinstance(kind, str) else None  # type: ignore[call-overload]
    if form is None or not isinstance(content, Mapping):
        return None
    try:
        form.model_validate(content)
    except ValidationError as error:
        return form_error(error, "content")
    return None


def form_error(error: ValidationError, within: str = "") -> SubmissionFormError:
    """What is wrong with a form, said of its first wrong field. within: what the fields are part of."""
    first: Any = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in (within, *first["loc"]) if part != "") or "submission"
    return SubmissionFormError(field=field, reason=str(first["msg"]).removeprefix("Value error, "))


def is_newer(sent: Mapping[str, Any]) -> bool:
    """Whether a submission says that its form is newer than this program."""
    form = sent.get("form")
    return isinstance(form, int) and not isinstance(form, bool) and FORM < form <= _LATEST_FORM


def _as_far_as_read(found: _Envelope) -> SubmissionDraft:
    if found.captured_at.tzinfo is None:
        raise SubmissionFormError(field="captured_at", reason="it needs a time zone")
    known = [photo for each in found.photos[:MOST_PHOTOS] if (photo := _photo(each))]
    photos = {photo.sha256: photo for photo in known}
    values = {name: getattr(found, name) for name in _Envelope.model_fields}
    return SubmissionDraft.model_construct(
        **{**values, "photos": list(photos.values()), "fix": _one(Fix, found.fix)}
    )


def _photo(said: Any) -> PhotoSaid | None:
    known = said if isinstance(said, Mapping) else {}
    return _one(PhotoSaid, {name: known[name] for name in PhotoSaid.model_fields if name in known})


def _one(form: type[_Part], said: Any) -> _Part | None:
    """What was said as a part of a form, None where it is none."""
    try:
        return form.model_validate(said) if said else None
    except ValidationError:
        return None
