"""What the commands on cases share: what a number means, which rules hold, what is proposed."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import TypeVar

import typer
from sqlmodel import Session, select

from registry.affected import facts_of_trees, pack_chooser, suggestion_for
from registry.calendars import calendar_folder, calendar_of, register_today
from registry.care_errors import CalendarYearError, PracticeUnknownError
from registry.cli.app import Office
from registry.cli.case_rows import Cells, word_of, words_known
from registry.cli.case_works_words import step_word
from registry.commands.case_effects import SUBJECTS, Moved, proposed_grove_grade, subject_of
from registry.commands.case_files import find_case
from registry.commands.case_works import NO_DETAILS, Details
from registry.commands.cases import CaseDraft, StepDraft, open_case
from registry.errors import RecordNotFoundError, RegistryError, WordUnknownError
from registry.models import Authority, CaseFile, Grove, Tree
from registry.negative_list import negative_list
from registry.rules.case_facts import DESIGNATING, ORDERS, CaseFacts, StepFacts
from registry.rules.casework_works import Asked
from registry.rules.negative_list import Answer, practices_for
from registry.rules.packs import Place, RulePack
from registry.rules.terms import Due, dues
from registry.rules.workdays import Calendar
from registry.selection import find_tree
from registry.surroundings import Surroundings
from registry.vocab.care_words import INCIDENTS
from registry.vocab.language import Translator
from registry.vocab.rule_words import PROJECTS
from registry.vocab.words import CaseKind, Category, Datum, StepKind

_Word = TypeVar("_Word", bound=StrEnum)


def calendar_for(office: Office, pack: RulePack | None) -> Calendar | None:
    """The calendar by which terms of a pack are counted: its jurisdiction's. Raises CalendarFileError."""
    return calendar_of(pack.jurisdiction, calendar_folder(office.address)) if pack else None


def dues_of(
    office: Office, facts: CaseFacts, pack: RulePack | None, *, is_asked: bool = False
) -> tuple[Due, ...]:
    """The steps of a case that are due. Where a year's working days are not known, this is said on stderr.

    is_asked: what is due was asked for itself, so an unknown year is an error. Raises CalendarYearError.
    """
    try:
        return dues(facts, pack, calendar_for(office, pack))
    except CalendarYearError as error:
        if is_asked:
            raise
        typer.echo(f"{error.code}: {office.t.error(error)}", err=True)
        return ()


def chosen(words: type[_Word], text: str | None) -> _Word | None:
    """The word that an option means. Raises WordUnknownError."""
    if text is None:
        return None
    try:
        return word_of(words, text)
    except ValueError:
        raise WordUnknownError(value=text, known=words_known(words)) from None


def find_subject(session: Session, number: str) -> tuple[str, str]:
    """("tree", id) of a number, or of `grove:NUMBER`, `garden:NUMBER` and `place:NUMBER`.

    Raises TreeNotFoundError, TreeAmbiguousError, RecordNotFoundError.
    """
    kind, sign, rest = number.partition(":")
    if not sign or kind not in {"grove", "garden", "place"}:
        return "tree", find_tree(session, number)
    table = SUBJECTS[kind]
    found = session.exec(select(table.id).where(table.number == rest)).all()
    if len(found) != 1:
        raise RecordNotFoundError(what=kind, number=rest)
    return kind, str(found[0])


class Desk:
    """What opening cases needs: the rules of each place, asked once."""

    def __init__(self, session: Session, office: Office) -> None:
        self.session, self.office, self.now = session, office, office.now()
        self.library = office.packs()
        self.today = register_today(session, self.now)
        self.choose = pack_chooser(session, self.library, self.today)

    def pack(self, subject: tuple[str, str], name: str | None) -> RulePack | None:
        """The pack called `name`, else the one that the register goes by where the record is."""
        if name is not None:
            return self.library.get(name)
        kind, subject_id = subject
        if kind == "tree":
            for _id, place, _facts in facts_of_trees(self.session, [subject_id], self.today):
                return self.choose(place)
            return None
        area = self.session.get_one(SUBJECTS[kind], subject_id)
        divisions = (area.division_id,) if area.division_id else ()
        return self.choose(Place(self.jurisdiction(area.authority_id), divisions))

    def jurisdiction(self, authority_id: str) -> str:
        """The jurisdiction of an authority."""
        return self.session.get_one(Authority, authority_id).jurisdiction

    def proposal(self, subject: tuple[str, str], values: Cells) -> tuple[Category | None, str | None]:
        """Category and grade as given, else as the rules propose them."""
        kind, subject_id = subject
        category, grade = values.get("category"), values.get("grade")
        if kind == "grove":
            grove = self.session.get_one(Grove, subject_id)
            grade = grade or proposed_grove_grade(self.session, grove, self.today)
            return category or Category.ANCIENT, grade
        if kind == "tree" and category is None and grade is None:
            found = suggestion_for(self.session, subject_id, self.library, self.today)
            if found is not None:
                return found.category, found.grade or found.protection
        if kind == "tree" and category is None and grade is not None:
            category = Category.ANCIENT
        return category, grade

    def open(self, kind: CaseKind, values: Cells, pack_name: str | None) -> CaseFile:
        """Open one case about the record that `values` name."""
        return self.open_about(find_subject(self.session, values["tree_no"]), kind, values, pack_name)

    def open_about(
        self, subject: tuple[str, str], kind: CaseKind, values: Cells, pack_name: str | None
    ) -> CaseFile:
        """Open one case about a record."""
        pack = self.pack(subject, pack_name)
        category, grade = self.proposal(subject, values) if kind in DESIGNATING else (None, None)
        first = StepFacts(
            ORDERS[kind][0],
            values.get("on") or self.today,
            ended_on=values.get("until"),
            by=values.get("by"),
            document_no=values.get("document"),
            text=values.get("text"),
        )
        draft = CaseDraft(
            kind,
            subject,
            first,
            category=category,
            grade=str(grade) if grade else None,
            cause=values.get("cause"),
            reason=values.get("reason"),
            submission_id=values.get("submission_id"),
            details=details_of(self.session, values, kind),
        )
        return open_case(
            self.session, draft, pack=pack, asked=asked_at(self.session, kind, subject, self.today),
            actor=self.office.actor, now=self.now,
        )  # fmt: skip


def place_of(session: Session, subject: tuple[str, str], on: date) -> Place | None:
    """Where a record stands, as far as rules ask."""
    kind, own = subject
    if kind == "tree":
        return next((place for _id, place, _facts in facts_of_trees(session, [own], on)), None)
    area = session.get_one(SUBJECTS[kind], own)
    jurisdiction = session.get_one(Authority, area.authority_id).jurisdiction
    around = Surroundings(session)
    if (register := around.settings["jurisdiction"]).startswith(f"{jurisdiction}-"):
        jurisdiction = register
    return Place(jurisdiction, around.division_path(area.division_id))


def asked_at(session: Session, kind: CaseKind, subject: tuple[str, str], on: date) -> Asked:
    """The negative list as a case of this kind about this record answers it."""
    practices = practices_for(negative_list(), kind)
    return Asked(practices, place_of(session, subject, on) if practices else None)


def details_of(session: Session, values: Cells, kind: CaseKind) -> Details:
    """What the options say of a case beside its steps. Raises PracticeUnknownError, MoneyError …"""
    project_class, parent = values.get("class"), values.get("parent")
    if project_class is not None and project_class not in PROJECTS:
        raise WordUnknownError(
            value=project_class, known=[f"{c} ({label.zh})" for c, label in PROJECTS.items()]
        )
    incident = values.get("incident")
    if incident is not None and incident not in INCIDENTS:
        raise WordUnknownError(value=incident, known=[f"{c} ({label.zh})" for c, label in INCIDENTS.items()])
    return Details(
        project=values.get("project"),
        project_class=project_class,
        applicant=values.get("applicant"),
        reporter=values.get("reporter"),
        incident=incident,
        check=values.get("check"),
        also=tuple(find_subject(session, number) for number in values.get("also") or ()),
        practices=_answers(values.get("practice") or (), kind),
        parent_id=find_case(session, parent).id if parent else None,
        penalty_cents=values.get("penalty"),
        compensation_cents=values.get("compensation"),
    )


def _answers(words: Iterable[str], kind: CaseKind) -> dict[str, Answer]:
    """The answers to the negative list: CODE=no, CODE=yes:REASON. Raises PracticeUnknownError."""
    codes = [each.code for each in practices_for(negative_list(), kind)]
    found = {}
    for word in words:
        code, _sign, said = word.partition("=")
        answer, _colon, why = said.replace("：", ":").partition(":")
        if code not in codes or answer not in _YES_NO:
            raise PracticeUnknownError(value=word, known=codes)
        found[code] = Answer(_YES_NO[answer], why.strip() or None)
    return found


_YES_NO = {"yes": True, "no": False, "是": True, "否": False}


def case_called(session: Session, values: Cells) -> CaseFile:
    """The case of a number, or the open one about the tree of that number."""
    number = str(values.get("case") or values.get("tree_no"))
    try:
        subject_id: str | None = find_subject(session, number)[1]
    except RegistryError:
        subject_id = None
    return find_case(session, number, subject_id)


def label_of(session: Session, case: CaseFile) -> str:
    """The number of what a case is about."""
    kind, subject_id = subject_of(case)
    record = session.get_one(SUBJECTS[kind], subject_id)
    return record.tree_no if isinstance(record, Tree) else f"{kind}:{record.number}"


def step_called(t: Translator, case: CaseFile, text: str) -> StepKind:
    """The step that a word means; where it means none, the error lists the steps of this kind of case.

    Raises WordUnknownError.
    """
    try:
        return word_of(StepKind, text)
    except ValueError:
        words = {step: step_word(t, step, case.kind) for step in ORDERS[case.kind]}
        if text in words.values():
            return next(step for step, word in words.items() if word == text)
        known = [f"{step} ({word})" for step, word in words.items()]
        raise WordUnknownError(value=text, known=known) from None


def step_draft(
    kind: StepKind, values: Cells, moved: Moved | None, today: date, details: Details = NO_DETAILS
) -> StepDraft:
    omitted = values.get("omit")
    facts = StepFacts(
        kind,
        values.get("on") or today,
        ended_on=values.get("until"),
        by=values.get("by"),
        document_no=values.get("document"),
        url=values.get("url"),
        text=values.get("text"),
        omitted_reason=omitted,
    )
    grade = values.get("grade")
    return StepDraft(
        facts,
        category=values.get("category"),
        grade=str(grade) if grade else None,
        cause=values.get("cause"),
        disposal=values.get("disposal"),
        moved=moved,
        county=values.get("county"),
        details=details,
    )


def moved_to(lon: float | None, lat: float | None, datum: str | None, *, is_out: bool) -> Moved | None:
    if is_out:
        return Moved()
    if lon is None or lat is None or datum is None:
        return None
    known = chosen(Datum, datum)
    if known not in {Datum.WGS84, Datum.CGCS2000} or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise WordUnknownError(value=f"{lon} {lat} {datum}", known=["WGS84", "CGCS2000"])
    return Moved(lon, lat, known)
