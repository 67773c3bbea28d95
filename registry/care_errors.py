"""What can go wrong with zones, health, strategies, works, care and files, in a way a person can mend."""

from registry.errors import RegistryError


class FileKeptError(RegistryError):
    """A private file cannot be taken in or given out."""

    code = "file_unusable"
    template = "the file {path} cannot be used: {reason}"


class CalendarYearError(RegistryError):
    """Working days are to be counted in a year whose days off are not known."""

    code = "calendar_year_missing"
    template = (
        "working days cannot be counted: the days off of {year} are not on file for {jurisdiction}; "
        "add a section [{year}] to {file}"
    )


class CalendarFileError(RegistryError):
    """A calendar of working days or of time zones cannot be used as it is."""

    code = "calendar_wrong"
    template = "{path}, {key}: {reason}"


class RegressionFileError(RegistryError):
    """A file with an equation of age and diameter cannot be used as it is."""

    code = "equation_wrong"
    template = "the equation in {path} cannot be used: {reason}"


class AgeRecordError(RegistryError):
    """An estimate of an age is not to be entered."""

    code = "age_not_entered"
    template = "no age is entered for {record}: {reason}"


class MeasureTableError(RegistryError):
    """A table of measures cannot be used as it is."""

    code = "measure_table_wrong"
    template = "the table of measures {file} is wrong at row {row}, {key}: {reason}"


class StrategyNotFoundError(RegistryError):
    """No strategy, work order or trial has this number."""

    code = "strategy_not_found"
    template = "there is no {what} {number}; see {list}"


class StrategyError(RegistryError):
    """A strategy cannot be changed or taken a step further as asked."""

    code = "strategy_refused"
    template = "strategy {strategy}: {reason}"


class WorkError(RegistryError):
    """A work order cannot be made or taken a step further as asked."""

    code = "work_refused"
    template = "work order {work}: {reason}"


class MoneyError(RegistryError):
    """An amount of money cannot be read, or a budget not be kept."""

    code = "money_refused"
    template = "{field} {value}: {reason}"


class TrialError(RegistryError):
    """A research trial cannot be changed as asked."""

    code = "trial_refused"
    template = "trial {trial}: {reason}"


class GeoFileError(RegistryError):
    """A file cannot be used as geometry."""

    code = "geo_file"
    template = "{path} cannot be used as geometry: {reason}"


class GeoLibraryError(RegistryError):
    """A format needs a library that is not installed."""

    code = "geo_library_missing"
    template = (
        "this format needs {library}, which is not installed: pip install 'gushu[gis]'; "
        "GeoJSON can be read without it"
    )


class TermsError(RegistryError):
    """The terms of a care letter cannot be used."""

    code = "letter_terms"
    template = "{file}: {key}: {reason}"


class LetterError(RegistryError):
    """Care letters cannot be made, found, signed or withdrawn so."""

    code = "care_letter"
    template = "{letter}: {reason}"


class ScanError(RegistryError):
    """A scan cannot be read."""

    code = "scan_unreadable"
    template = "the scan {path} cannot be read: {reason}"


class PaymentError(RegistryError):
    """A payment for care cannot be recorded so."""

    code = "care_payment"
    template = "{payment}: {reason}"


class NoticeError(RegistryError):
    """A notice to a steward cannot be recorded so."""

    code = "steward_notice"
    template = "{record}: {reason}"


class NegativeListError(RegistryError):
    """The negative list of greening practice cannot be used as it is."""

    code = "negative_list_wrong"
    template = "{path}, {item}: {reason}"


class PracticeUnknownError(RegistryError):
    """An answer to the negative list names no item of it, or is neither yes nor no."""

    code = "practice_unknown"
    template = (
        "{value} is no answer to the negative list: write CODE=no or CODE=yes:REASON; the items are {known}"
    )


class ZoneError(RegistryError):
    """A protection zone cannot be recorded or ended so."""

    code = "zone"
    template = "protection zone of {record}: {reason}"


class ZoneFileError(RegistryError):
    """A file of zones cannot be taken in; nothing of it was."""

    code = "zone_file"
    template = "nothing of {path} was recorded: {reason}"


class LayerError(RegistryError):
    """A map layer cannot be added or removed so."""

    code = "map_layer"
    template = "layer {layer}: {reason}"


class AssessmentModelError(RegistryError):
    """An assessment model cannot be used as it is."""

    code = "assessment_model_wrong"
    template = "the assessment model {model} is wrong at {key}: {reason}"


class AssessmentModelMissingError(RegistryError):
    """No assessment model has this id."""

    code = "assessment_model_missing"
    template = "there is no assessment model {model}; there are {known}"


class AssessmentError(RegistryError):
    """An assessment or reading cannot be recorded, corrected or reviewed as asked."""

    code = "assessment_refused"
    template = "{record}, {field} {value}: {reason}"


class AssessmentNotFoundError(RegistryError):
    """No assessment, or more than one, begins with these letters."""

    code = "assessment_not_found"
    template = "{count} assessments begin with {called}, not one; `gushu assess list` shows them"


class AssessmentFileError(RegistryError):
    """Rows of a file of assessments or readings cannot be taken; none was."""

    code = "assessment_rows_refused"
    template = (
        "{file}: {count} rows cannot be taken, so none was; the first is row {row}: {told}; "
        "mend the file and send it again: what was taken is not taken twice"
    )


class FootprintError(RegistryError):
    """A file draws nothing that a check could be made of."""

    code = "footprint"
    template = "{path} draws no footprint: {reason}"


class ExactPositionsError(RegistryError):
    """Whoever asks may not see where sensitive trees stand, and a check would tell."""

    code = "exact_positions"
    template = "a check tells where trees stand exactly; it is made by the office, or by whoever may see that"


class ZoneCheckError(RegistryError):
    """A check of a footprint is not on record, or not as it was answered."""

    code = "zone_check"
    template = "the check {number}: {reason}"


class CareEntryError(RegistryError):
    """A line of the care log cannot be recorded or checked so."""

    code = "care_entry"
    template = "{record}, {field} “{value}”: {reason}"


class CareFileError(RegistryError):
    """A file of the care log has cells that cannot be understood; then none of it is recorded."""

    code = "care_file"
    template = "{path}: nothing was recorded; {problems}"


class CultureError(RegistryError):
    """A story or a walk cannot be recorded, reviewed, released or printed so."""

    code = "culture_refused"
    template = "{what}: {reason}"


class CultureNotFoundError(RegistryError):
    """No story or walk has this code."""

    code = "culture_not_found"
    template = "there is no {what} {called}; {list} shows what there is"


class CultureFileError(RegistryError):
    """A file of stories or of stops cannot be used as it is."""

    code = "culture_file"
    template = "{path}: {reason}"


class WebhookUnknownError(RegistryError):
    """No webhook has this name."""

    code = "webhook_unknown"
    template = "there is no webhook called {name}; known are: {known}"


class WebhookTakenError(RegistryError):
    """A webhook of this name is there already."""

    code = "webhook_taken"
    template = "there is a webhook called {name} already; remove it first, or take another name"


class WebhookUrlError(RegistryError):
    """A webhook cannot have this address."""

    code = "webhook_address_wrong"
    template = "messages cannot be sent to {url}: {reason}"
