"""The rows that belong to a record: which tables its history, its file and its copy elsewhere hold."""

from sqlmodel import SQLModel

from registry.models.care import CareEntry, StewardNotice
from registry.models.health import Assessment, InstrumentReading
from registry.models.place import CareAgreement, TreeParty
from registry.models.tree import AgeReading, Designation, Flag, Inspection, Measurement, Photo, TreeAlias
from registry.models.zones import Zone

CHILDREN: dict[str, type[SQLModel]] = {
    "aliases": TreeAlias,
    "measurements": Measurement,
    "ages": AgeReading,
    "inspections": Inspection,
    "designations": Designation,
    "parties": TreeParty,
    "photos": Photo,
    "agreements": CareAgreement,
    "zones": Zone,
    "assessments": Assessment,
    "readings": InstrumentReading,
    "care": CareEntry,
    "notices": StewardNotice,
    "flags": Flag,
}
"""Rows that belong to a record, by the name under which its items tell them."""
