"""A phone that is signed in by a printed code and its PIN."""

from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from datasette_plugins.desk.signing import note_sign_in, remember, too_early
from registry.commands.enrolments import try_enrolment
from registry.commands.sessions import sweep
from registry.commands.sign_in import begin_try, forgive
from registry.desk_errors import EnrolmentError, TooManyTriesError
from registry.vocab.desk_words import SessionKind

PAGE = "desk/enrol_phone.html"
FIELD = "/field/"


def pin_page(ask: Ask) -> Response:
    """The form for the PIN. It says nothing about whose code this is, nor whether it is one."""
    return ask.page(PAGE, wrong="", is_over=False)


def enrol_phone(ask: Ask) -> Response:
    """Open the phone's session where the PIN is right, and go on to the field app."""
    try:
        with ask.write() as session:
            tried = begin_try(session, ask.vars["code"], ask.address, ask.now, what="enrolment")
        with ask.write() as session:
            found = try_enrolment(
                session, ask.vars["code"], ask.text("pin"), address=ask.address,
                device=ask.request.headers.get("user-agent"), now=ask.now,
            )  # fmt: skip
            if found.account is None or found.session is None:
                ask.audit(session, "enrolment_failed")
            else:
                forgive(session, tried)
                note_sign_in(ask, session, found.account, "enrolment")
                sweep(session, ask.now)
    except TooManyTriesError as error:
        return too_early(ask, PAGE, error, is_over=False)
    except EnrolmentError as error:
        return ask.page(PAGE, status=410, wrong=ask.t.error(error), is_over=True)
    if found.account is None:
        wrong = ask.t.ngettext(
            "The PIN is wrong. {count} try is left.", "The PIN is wrong. {count} tries are left.", found.left
        )
        return ask.page(PAGE, status=401, wrong=wrong, is_over=found.left == 0)
    return remember(ask, ask.go(FIELD), SessionKind.DEVICE, found.token, goes_back=False)


ROUTES = (
    Route("GET", "/enrol/{code}", pin_page, None),
    Route("POST", "/enrol/{code}", enrol_phone, None),
)
