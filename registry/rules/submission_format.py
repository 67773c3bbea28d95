"""What the field sends in: one form of one kind, as JSON, checked whole before anything is done with it.

Every submission has an id that its sender made. Sent again it is the same submission; the same id with
other content is refused. Versions of a form stay readable: a phone may send what it saved a year ago.
Pure; no clock, no register.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from registry.models.tree import MeasurementDraft
from registry.rules.commitments import canonical
from registry.vocab.care_words import INCIDENTS, FacilityState, PlateState
from registry.vocab.desk_words import SubmissionKind
from registry.vocab.words import Environment, InspectionKind, PhotoKind, RiskRating, Vigour

FORM = 1
"""The newest version of the forms."""
MOST_PHOTOS = 40
SubmissionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{7,63}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Metres = Annotated[float, Field(ge=0, le=100_000)]


class _Form(BaseModel):
    """Unknown answers are an error: nothing that somebody filled in is lost in silence."""

    model_config = ConfigDict(extra="forbid")


class Fix(_Form):
    """Where the phone was, in WGS 84 degrees, and how sure it is."""

    lon: Lon
    lat: Lat
    accuracy_m: Metres
    at: datetime | None = None


class RecordName(_Form):
    """The record that a form is about."""

    kind: Literal["tree", "grove"] = "tree"
    id: Annotated[str, StringConstraints(min_length=1, max_length=36)]


class PhotoSaid(_Form):
    """A photo that belongs to a form; its bytes follow by themselves."""

    sha256: Digest
    size: int = Field(gt=0, le=40 << 20)
    kind: PhotoKind = PhotoKind.WHOLE
    viewpoint: Short | None = None
    evidence: bool = False
    taken_at: datetime | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    accuracy_m: Metres | None = None
    bearing_deg: float | None = Field(default=None, ge=0, le=360)


class Checks(_Form):
    """What a patrol answers besides vigour (`registry.vocab.patrol_words.CHECKS`)."""

    plate: PlateState | None = None
    facilities: FacilityState | None = None
    damage: list[str] = Field(default_factory=list, max_length=20)
    encroachment: Short | None = None
    pest: Short | None = None
    weather: Short | None = None
    follow_up: Long | None = None

    @model_validator(mode="after")
    def _known(self) -> "Checks":
        unknown = [code for code in self.damage if code not in INCIDENTS]
        if unknown:
            raise ValueError(f"no such code of damage: {unknown[0]}")
        return self


class VisitForm(_Form):
    """One visit. `no_change`: somebody looked and all was as before."""

    kind: InspectionKind = InspectionKind.PATROL
    no_change: bool = False
    vigour: Vigour | None = None
    vigour_scale: Short | None = None
    environment: Environment | None = None
    risk_rating: RiskRating | None = None
    findings: list[Short] = Field(default_factory=list, max_length=50)
    checks: Checks = Field(default_factory=Checks)
    notes: Long | None = None


class MeasurementForm(_Form):
    """Sizes read on the spot; at least one of them."""

    sizes: MeasurementDraft
    notes: Long | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> "MeasurementForm":
        said = self.sizes.model_dump(exclude_none=True, exclude={"measured_on", "measure_height_m"})
        if not said:
            raise ValueError("no size is given")
        return self


class AssessmentForm(_Form):
    """Answers by a model of `schema/assessments`; the assessor's own statements beside them."""

    model: Short
    answers: dict[str, Any] = Field(default_factory=dict, max_length=300)
    vigour: Vigour | None = None
    vigour_scale: Short | None = None
    environment: Environment | None = None
    risk_rating: RiskRating | None = None
    time_frame_years: float | None = Field(default=None, gt=0, le=100)
    """For how long a rating of risk holds; models that rate risk ask for it."""
    notes: Long | None = None


class FieldEdit(_Form):
    """One field corrected: what the phone showed (`base`) and what it should be."""

    base: Any = None
    to: Any = None


class EditForm(_Form):
    """Corrections of a record, field by field."""

    fields: dict[str, FieldEdit] = Field(min_length=1, max_length=60)
    reason: Long | None = None


class PhotoForm(_Form):
    """Photos alone."""

    caption: Long | None = None


class IncidentForm(_Form):
    """Damage or danger that was seen."""

    incident: Short
    text: Long = ""
    seen_on: date | None = None
    reporter: Short | None = None
    reporter_phone: Short | None = None

    @model_validator(mode="after")
    def _known(self) -> "IncidentForm":
        if self.incident not in INCIDENTS:
            raise ValueError(f"no such kind of incident: {self.incident}")
        return self


class NewTreeForm(_Form):
    """A tree that nobody has on the register yet, as it was found."""

    species: Short | None = None
    latin: Short | None = None
    category: Short | None = None
    division_id: Short | None = None
    town: Short | None = None
    village: Short | None = None
    small_place: Long | None = None
    age_years: int | None = Field(default=None, ge=0, le=20000)
    age_basis: Short | None = None
    vigour: Vigour | None = None
    vigour_scale: Short | None = None
    environment: Environment | None = None
    sizes: MeasurementDraft = Field(default_factory=MeasurementDraft)
    notes: Long | None = None


class TagForm(_Form):
    """A scanned code: bound to the record, or mounted on it."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    notes: Long | None = None


FORMS: dict[SubmissionKind, type[_Form]] = {
    SubmissionKind.VISIT: VisitForm,
    SubmissionKind.MEASUREMENT: MeasurementForm,
    SubmissionKind.ASSESSMENT: AssessmentForm,
    SubmissionKind.EDIT: EditForm,
    SubmissionKind.PHOTO: PhotoForm,
    SubmissionKind.INCIDENT: IncidentForm,
    SubmissionKind.NEW_TREE: NewTreeForm,
    SubmissionKind.BIND_TAG: TagForm,
    SubmissionKind.MOUNT_TAG: TagForm,
}


class SubmissionDraft(_Form):
    """One submission as it is sent. Raises pydantic's ValidationError, which names field and reason."""

    id: SubmissionId
    kind: SubmissionKind
    form: int = Field(default=FORM, ge=1, le=FORM)
    record: RecordName | None = None
    provisional_no: Short | None = None
    device: Short | None = None
    captured_at: datetime
    captured_on: date | None = None
    """The day on the phone's calendar; the office's day of `captured_at` where it is not said."""
    base_seq: int | None = Field(default=None, ge=0)
    fix: Fix | None = None
    no_fix_reason: Short | None = None
    scanned: Long | None = None
    """The text of the tag by which the form was opened."""
    content: dict[str, Any]
    photos: list[PhotoSaid] = Field(default_factory=list, max_length=MOST_PHOTOS)
    replaces: SubmissionId | None = None

    @model_validator(mode="after")
    def _whole(self) -> "SubmissionDraft":
        if self.captured_at.tzinfo is None:
            raise ValueError("captured_at needs a time zone")
        if (self.record is None) != (self.kind == SubmissionKind.NEW_TREE):
            raise ValueError("a new tree names no record, every other form names one")
        if len({photo.sha256 for photo in self.photos}) != len(self.photos):
            raise ValueError("a photo stands in the form twice")
        self.read_content()
        return self

    def read_content(self) -> Any:
        """The answers, checked: an instance of the form of this kind."""
        return FORMS[self.kind].model_validate(self.content)


def content_hash(sent: Mapping[str, Any]) -> str:
    """SHA-256 over a submission as it was sent, keys in order: by it the same again is known."""
    return hashlib.sha256(canonical(dict(sent)).encode()).hexdigest()
