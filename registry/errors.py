"""Everything that can go wrong in a way a person can mend."""

import errno
import sqlite3
from pathlib import Path
from typing import Any


class Phrase(str):
    """A sentence that keeps its template and facts, so that it can be said in another language."""

    template: str
    facts: dict[str, object]

    def __new__(cls, template: str, **facts: object) -> "Phrase":
        phrase = super().__new__(cls, template.format(**facts))
        phrase.template, phrase.facts = template, facts
        return phrase


class RegistryError(Exception):
    """Something asked for cannot be done. `str(error)` is fit to show to whoever asked.

    `code` is stable: translations and offline forms rely on it. The English sentence is built from
    `template` and the facts; `registry.vocab.language` says it in the reader's language.
    """

    code = "registry_error"
    template = "the register cannot do this"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.template.format(**facts))

    def __reduce__(self) -> tuple[Any, ...]:
        """So that an error met in another process arrives whole."""
        return _made_again, (type(self), self.facts)


def _made_again(kind: type[RegistryError], facts: dict[str, object]) -> RegistryError:
    return kind(**facts)


class UnexpectedError(RegistryError):
    """A fault of this program. What it was doing is undone; the details are for whoever mends it."""

    code = "unexpected"
    template = (
        "Gushu met something it did not expect ({what}) and undid what it was doing; "
        "set GUSHU_DEBUG=1 and run the command again to see where, and report that"
    )


class TreeNotFoundError(RegistryError):
    """No tree carries this number."""

    code = "tree_not_found"
    template = "no tree carries the number {tree_no}; look it up on the site"


class TreeAmbiguousError(RegistryError):
    """Several trees carry this number."""

    code = "tree_ambiguous"
    template = "several trees carry the number {tree_no}; use one of {choices}"


class TagCodeError(RegistryError):
    """A tag cannot be issued or found."""

    code = "tag_code"
    template = "the tag {tag} is not known to this register"


class TagTextTooLongError(RegistryError):
    """A text does not fit on its tag at a size that can still be read."""

    code = "tag_text_too_long"
    template = (
        "the tag of tree {tree_no} ({template}, {size} mm) has no room for “{text}”; shorten it, "
        "or choose a larger tag"
    )


class TagAddressTooLongError(RegistryError):
    """A QR code would be too fine to scan."""

    code = "tag_address_too_long"
    template = (
        "the address on the tag of tree {tree_no} is too long ({length} characters): its QR code would have "
        "modules of {module_mm} mm, and at least {least_mm} mm are needed; "
        "use a shorter public_address, or a larger tag"
    )


class SettingUnknownError(RegistryError):
    """No such setting."""

    code = "setting_unknown"
    template = "there is no setting {name}; the settings are {known}"


class SettingInvalidError(RegistryError):
    """A setting got a value it cannot hold."""

    code = "setting_invalid"
    template = "{name} cannot be {value}: {reason}"


class AddressMissingError(RegistryError):
    """Tags are not printed before the address they lead to is known."""

    code = "public_address_missing"
    template = (
        "nothing is printed until the address of the site is known: "
        "run `gushu config set public_address https://…`"
    )


class RegisterUnreachableError(RegistryError):
    """The database of a register does not answer, or lacks what is needed to speak with it."""

    code = "register_unreachable"
    template = (
        "the database {address} cannot be reached: {reason}; see that the server runs and the database "
        "exists, and that this program was installed with PostgreSQL: pip install 'gushu[postgresql]'"
    )


class RegisterMissingError(RegistryError):
    """No register at this address."""

    code = "register_missing"
    template = "there is no register at {address}; make one with `gushu init`, or name it with --register"


class RegisterExistsError(RegistryError):
    """A register is already there."""

    code = "register_exists"
    template = "there is a register at {address} already; it was left as it is"


class RegisterForeignError(RegistryError):
    """The file is not one of our registers."""

    code = "register_foreign"
    template = "{address} is not a Gushu register; nothing was changed"


class RegisterNewerError(RegistryError):
    """The register was written by a newer version."""

    code = "register_newer"
    template = "{address} was written by a newer Gushu (schema {found}); update this program first"


class RegisterOlderError(RegistryError):
    """The register needs a migration before it is written to."""

    code = "register_older"
    template = "{address} is of an older version (schema {found}); run `gushu migrate` first"


class RegisterLockedError(RegistryError):
    """Someone else is writing."""

    code = "register_locked"
    template = "{address} is being written to by another program; try again when it has finished"


class KeyMissingError(RegistryError):
    """The register's key file is not where it belongs."""

    code = "key_missing"
    template = "the key file {path} is missing; put it back from your backup: tags cannot be made without it"


class InputMissingError(RegistryError):
    """A file to read is not there."""

    code = "input_missing"
    template = "there is no file {path}"


class InputUnreadableError(RegistryError):
    """A file to read cannot be understood at all."""

    code = "input_unreadable"
    template = "{path} cannot be read: {reason}"


class MappingError(RegistryError):
    """A mapping file is wrong."""

    code = "mapping_invalid"
    template = "the mapping {mapping} cannot be used: {reason}"


class MappingMissingColumnError(RegistryError):
    """A mapping names a column that the file lacks."""

    code = "mapping_column_missing"
    template = "the mapping {mapping} names the column {column}, which {path} does not have; it has {columns}"


class MappingChoiceError(RegistryError):
    """No mapping fits, or more than one does."""

    code = "mapping_choice"
    template = (
        "{path}: {reason}; look at it with `gushu mapping`, which proposes one, or name one with --mapping: "
        "{mappings}"
    )


class RowsRejectedError(RegistryError):
    """--strict was asked for and some rows are bad."""

    code = "rows_rejected"
    template = (
        "{count} rows of {path} were rejected and --strict was given: nothing was imported; first: {first}"
    )


class OutputError(RegistryError):
    """A file cannot be written where it was asked for."""

    code = "output_unwritable"
    template = "{path} cannot be written: {reason}"


class OutputTakenError(RegistryError):
    """Something of value stands where a file was to be written."""

    code = "output_taken"
    template = "{path} is {what}; it was left as it is: name another output"


class EditionMissingError(RegistryError):
    """No public edition to serve."""

    code = "edition_missing"
    template = "there is no public edition at {path}; make one with `gushu publish`"


class EditionForeignError(RegistryError):
    """The file is not a public edition."""

    code = "edition_foreign"
    template = "{path} is not a public edition made by `gushu publish`"


class EditionUnknownError(RegistryError):
    """The register never made this edition."""

    code = "edition_unknown"
    template = "there is no edition {number}; there are {known}"


class EditionForgedError(RegistryError):
    """An edition is not what its publisher signed."""

    code = "edition_forged"
    template = "{path} cannot be trusted: {reason}"


class PortInUseError(RegistryError):
    """The port is taken."""

    code = "port_in_use"
    template = "port {port} on {host} is in use; choose another with --port"


class AddressUnusableError(RegistryError):
    """An address to listen on that this machine does not have."""

    code = "address_unusable"
    template = "this machine has no address {host}; use 127.0.0.1 for itself alone, 0.0.0.0 for its network"


class GlyphMissingError(RegistryError):
    """A character has no shape in any font at hand."""

    code = "glyph_missing"
    template = "no font at hand can draw {characters}; name one that can with --font FILE.ttf"


class TagGlyphMissingError(GlyphMissingError):
    """A tag holds a character that has no shape in any font at hand; a sheet never leaves it out silently."""

    code = "tag_glyph_missing"
    template = (
        "no font at hand can draw {characters} on the tag of tree {tree_no}; nothing was printed: "
        "name a font that can with --font FILE.ttf, or leave the tree out"
    )


class FontError(RegistryError):
    """A font cannot be used."""

    code = "font_unusable"
    template = "the font {path} cannot be used: {reason}"


class PhotoError(RegistryError):
    """A photo cannot be taken in."""

    code = "photo_unusable"
    template = "{path} cannot be used as a photo: {reason}"


class PhotoUnreadableError(PhotoError):
    """A photo of a record is missing, or is not what was taken in."""

    code = "photo_unreadable"
    template = "a photo of {record} cannot be read, {path}: {reason}; put the file back from a backup"


class TooManyTreesError(RegistryError):
    """A hand-over file would be too large to open."""

    code = "too_many_trees"
    template = (
        "{count} trees are too many for one page (at most {limit}); choose some with --where, or use the "
        "site's map, a printed map (gushu map OUT.pdf), or the edition, which is a GeoPackage"
    )


class NothingSelectedError(RegistryError):
    """A selection is empty."""

    code = "nothing_selected"
    template = "no tree matches {where}"


class SelectionError(RegistryError):
    """A selection names something that trees cannot be chosen by."""

    code = "selection_invalid"
    template = "trees cannot be chosen by {where}; write one of {known}"


class SpeciesNotFoundError(RegistryError):
    """Neither the list of species nor the register knows this name."""

    code = "species_not_found"
    template = "neither the list of species nor the register knows {name}"


class PlaceNotFoundError(RegistryError):
    """Neither the list of divisions nor the register knows this place."""

    code = "place_not_found"
    template = "neither the list of divisions nor the register knows {place}"


class HistoryBrokenError(RegistryError):
    """The hash chain does not hold."""

    code = "history_broken"
    template = "the history does not hold at event {seq}: {reason}"


class RulePackError(RegistryError):
    """A rule pack is not written as it should be."""

    code = "rule_pack_invalid"
    template = "the rule pack {pack} cannot be used: {key}: {reason}"


class RulePackMissingError(RegistryError):
    """No such rule pack."""

    code = "rule_pack_unknown"
    template = "there is no rule pack {pack}; there are {known}"


class RuleAdoptionError(RegistryError):
    """A rule pack cannot be adopted as asked."""

    code = "rule_adoption"
    template = "the rule pack {pack} cannot be adopted: {reason}"


class NoRecordThenError(RegistryError):
    """The file of a tree had not begun at the instant asked for."""

    code = "no_record_then"
    template = "the register had no file of tree {tree_no} at {at}"


class RegisterAlteredError(RegistryError):
    """Tables say something else than the history."""

    code = "register_altered"
    template = (
        "{count} values of the register are not what its history says; they were changed behind its back; "
        "first: {first}"
    )


class HeadUnknownError(RegistryError):
    """A hash that is not in the chain."""

    code = "head_unknown"
    template = "no event of this register has the hash {head}: it was cut off, or belongs to another register"


class PartyNotFoundError(RegistryError):
    """No party has this name or id."""

    code = "party_not_found"
    template = "no party is called {name}; `gushu party list` shows those that there are"


class PartyAmbiguousError(RegistryError):
    """Several parties have this name."""

    code = "party_ambiguous"
    template = "several parties are called {name}; name one by its id: {choices}"


class UndoError(RegistryError):
    """A change that cannot be undone."""

    code = "undo_refused"
    template = "event {seq} cannot be undone: {reason}"


class RecordNotFoundError(RegistryError):
    """No record of a kind carries this number."""

    code = "record_not_found"
    template = "there is no {what} with the number {number}"


class CaseNotFoundError(RegistryError):
    """No case has this number, and no tree of this number has an open case."""

    code = "case_not_found"
    template = "there is no case {case}; `gushu case list` shows them"


class CaseConflictError(RegistryError):
    """A case stands in the way of another."""

    code = "case_conflict"
    template = "{subject}: {reason}"


class CaseStepError(RegistryError):
    """A step of a case cannot be recorded now."""

    code = "case_step"
    template = "case {case}, {step}: {reason}"


class CaseRowError(RegistryError):
    """A row of a file of cases cannot be recorded; then none of the file is."""

    code = "case_row"
    template = (
        "{path} row {row}, column {column}, value “{value}”: {reason}; nothing of the file was recorded"
    )


class NumberAllotError(RegistryError):
    """A number cannot be given to a tree."""

    code = "number_allot"
    template = "{tree_no} cannot have the number {number}: {reason}"


class MergeError(RegistryError):
    """Two records cannot be made one, or one two."""

    code = "merge"
    template = "{tree_no} and {other}: {reason}"


class OutputKindError(RegistryError):
    """A file is to be written of a kind that is not made here."""

    code = "output_kind"
    template = "{path} cannot be written: its name must end in one of {known}"


class WordUnknownError(RegistryError):
    """A word is none of those that may stand there."""

    code = "word_unknown"
    template = "{value} is not known here; there are {known}"


class ListUnknownError(RegistryError):
    """No such edition of a protection list."""

    code = "list_unknown"
    template = "there is no edition {edition} of the protection list; there are {known}"


class ListAuthorityError(RegistryError):
    """A protection list is of one authority."""

    code = "list_authority"
    template = "the trees belong to several authorities: name one with --authority: {known}"


class CampaignNotFoundError(RegistryError):
    """No such census."""

    code = "campaign_not_found"
    template = "there is no census {campaign}; there are {known}"


class CampaignExistsError(RegistryError):
    """A census of this id is there already."""

    code = "campaign_exists"
    template = "there is a census {campaign} already; choose another id"


class CampaignFrozenError(RegistryError):
    """A frozen census never changes."""

    code = "campaign_frozen"
    template = "the census {campaign} is frozen: nothing of it changes any more; open a new one"


class CampaignOpenError(RegistryError):
    """A census is not ready to be frozen."""

    code = "campaign_open"
    template = (
        "the census {campaign} is not done: {pending} trees are pending, {unchecked} forms are unchecked; "
        "settle them, or say with --reason why it is frozen as it is"
    )


class CheckRefusedError(RegistryError):
    """A check of a census cannot be recorded."""

    code = "check_refused"
    template = "the check for census {campaign} is refused: {reason}"


class RecordAmbiguousError(RegistryError):
    """Several records of a kind carry this number."""

    code = "record_ambiguous"
    template = "several records carry the number {number}; name one of {choices}"


class RecordKindError(RegistryError):
    """What was asked for is not kept for records of this kind."""

    code = "record_kind"
    template = "{record}: this is kept for {kinds} only"


class RecordExistsError(RegistryError):
    """A ledger holds this number already."""

    code = "record_exists"
    template = "{record} is there already; `gushu ledger set` changes it"


class LedgerFieldError(RegistryError):
    """A field of a ledger was given a value that it cannot have."""

    code = "ledger_field"
    template = "{record}, {field} “{value}”: {reason}; {remedy}"


class LedgerAuthorityError(RegistryError):
    """Nobody said whose ledger a record stands in, and the register cannot tell."""

    code = "ledger_authority"
    template = "say with --authority whose ledger it is; there are: {known}"


class BoundaryFileError(RegistryError):
    """A file holds no boundary that can be taken over."""

    code = "boundary_file"
    template = "{path} gives no boundary: {reason}"


class DutyError(RegistryError):
    """A duty cannot be settled so."""

    code = "duty"
    template = "{record}: {reason}"


class AgreementError(RegistryError):
    """A care agreement cannot be recorded so."""

    code = "agreement"
    template = "{record}: {reason}"


class VisitError(RegistryError):
    """A visit cannot be recorded so."""

    code = "visit"
    template = "{record}, {field} “{value}”: {reason}"


_REASONS: dict[int | str, Phrase] = {
    errno.EACCES: Phrase("no permission"),
    errno.EPERM: Phrase("no permission"),
    errno.EROFS: Phrase("the disk is read-only"),
    errno.ENOSPC: Phrase("the disk is full"),
    errno.EDQUOT: Phrase("the disk is full"),
    errno.EISDIR: Phrase("there is a folder of that name"),
    errno.ENOTDIR: Phrase("a part of the path is a file, not a folder"),
    errno.EEXIST: Phrase("a part of the path is a file, not a folder"),
    errno.ENOENT: Phrase("the folder does not exist"),
    "SQLITE_FULL": Phrase("the disk is full"),
}


def unwritable(path: Path, error: OSError | sqlite3.OperationalError) -> OutputError:
    """The OutputError for what was met while writing `path`, a file or an SQLite database."""
    if isinstance(error, OSError):
        known = _REASONS.get(error.errno or 0) or error.strerror
    else:
        known = _REASONS.get(getattr(error, "sqlite_errorname", ""))
    return OutputError(path=path, reason=known or str(error))
