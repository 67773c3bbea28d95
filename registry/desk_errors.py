"""Errors of the desk and of what the field sends; one family with `registry.errors`."""

from registry.errors import RegistryError


class SubmissionConflictError(RegistryError):
    """The same id was sent before with other content."""

    code = "submission_conflict"
    template = "the submission {submission} was sent before with other content; send this one under a new id"


class BackupForeignError(RegistryError):
    """A file is no backup."""

    code = "backup_foreign"
    template = "{path} is not a backup that Gushu made"


class BackupBrokenError(RegistryError):
    """A backup is not whole."""

    code = "backup_broken"
    template = "the backup {path} is not whole: {reason}; nothing was restored from it, take another one"


class BackupNewerError(RegistryError):
    """A backup was made by a newer version."""

    code = "backup_newer"
    template = "{path} was made by a newer Gushu; update this program first"


class PassphraseError(RegistryError):
    """Sealed keys cannot be opened, or not be sealed."""

    code = "backup_passphrase"
    template = "{path}: {reason}"


class RestoreTakenError(RegistryError):
    """Something stands where a register was to be restored."""

    code = "restore_taken"
    template = (
        "{path} is there already and was left as it is; restore into an empty folder with `--to FOLDER`"
    )


class TlsFileError(RegistryError):
    """A certificate or its key cannot be used."""

    code = "tls_file"
    template = "{path} cannot be used for HTTPS: {reason}"


class MeasurementError(RegistryError):
    """A measurement that cannot be recorded."""

    code = "measurement"
    template = "the measurement of {record} cannot be recorded: {field} {value}: {reason}"


class SubmissionFormError(RegistryError):
    """Something that was sent in does not have the shape of its form; nothing of it was kept."""

    code = "submission_form"
    template = "the form could not be read: {field}: {reason}"


class SubmissionNotFoundError(RegistryError):
    """No submission begins with this id."""

    code = "submission_not_found"
    template = "there is no submission {submission}; `gushu submissions list` shows what was sent in"


class SubmissionSettledError(RegistryError):
    """A submission is decided on already."""

    code = "submission_settled"
    template = "the submission {submission} is decided on already: {state}"


class SubmissionProblemError(RegistryError):
    """What a form asks for cannot be done with the register as it is."""

    code = "submission_problem"
    template = "it cannot be taken over as it is: {reason}"


class UploadError(RegistryError):
    """A piece of a file, or the whole of it, is not what it was said to be."""

    code = "upload"
    template = "the file could not be taken in: {reason}"


class UploadUnknownError(RegistryError):
    """Nobody announced this photo."""

    code = "upload_not_found"
    template = "no form of yours names this photo; send the form first, then its photos"


class FieldFileError(RegistryError):
    """A file of unsent work cannot be read."""

    code = "field_file"
    template = "{path} cannot be taken in as a file of unsent work: {reason}"


class AccountNotFoundError(RegistryError):
    """No account has this login."""

    code = "account_not_found"
    template = "no account is called {login}; `gushu account list` shows those that there are"


class LoginTakenError(RegistryError):
    """Another account has this login; closed ones keep theirs."""

    code = "login_taken"
    template = "there is an account {login} already; choose another login, or open that one again"


class LoginInvalidError(RegistryError):
    """A login that cannot be one."""

    code = "login_invalid"
    template = (
        "{login} cannot be a login: 2 to 40 lower-case letters, digits, dots, hyphens and low lines, "
        "beginning with a letter or digit"
    )


class AccountNameError(RegistryError):
    """A name that cannot stand in the lists."""

    code = "account_name"
    template = "a name has 1 to 100 characters on one line"


class PasswordRefusedError(RegistryError):
    """A password that may not be used."""

    code = "password_refused"
    template = "this password cannot be used: {reason}"


class PasswordWrongError(RegistryError):
    """The password that was given is not that of the account."""

    code = "password_wrong"
    template = "the password is wrong"


class TooManyTriesError(RegistryError):
    """Too many wrong passwords or codes; `minutes` says when to try again."""

    code = "too_many_tries"
    template = "too many tries; try again in {minutes} min"


class LastAdministratorError(RegistryError):
    """Nobody else could make accounts any more."""

    code = "last_administrator"
    template = "{login} is the last administrator who can sign in; make another one first"


class SecondFactorError(RegistryError):
    """A second factor cannot be turned on or used so."""

    code = "second_factor"
    template = "the second factor cannot be used so: {reason}"


class EnrolmentError(RegistryError):
    """An enrolment cannot be made or used."""

    code = "enrolment"
    template = "this phone cannot be enrolled: {reason}"


class AccountAccessNotFoundError(RegistryError):
    """An account has no open session and no valid token of that id."""

    code = "account_access_not_found"
    template = (
        "{login} has no open session and no valid token {called}; `gushu account sessions {login}` lists them"
    )


class TagBindError(RegistryError):
    """A tag or plate cannot be bound, mounted or noted so."""

    code = "tag_not_bound"
    template = "nothing was done with {tag} ({record}): {reason}"


class ReviewConflictError(RegistryError):
    """A submission is no longer as it was shown."""

    code = "review_conflict"
    template = "this is no longer as it was shown: {reason}; look at it again before you decide"


class ReviewRefusedError(RegistryError):
    """A decision that cannot be taken, or not by this person."""

    code = "review_refused"
    template = "this cannot be decided so: {reason}"


class PartyFileError(RegistryError):
    """A unit or person cannot be kept so."""

    code = "party_file"
    template = "the unit or person was not changed: {reason}"
