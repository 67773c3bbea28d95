"""The pages of a tree's dossier behind its cover: the fifteen parts in order, then what belongs to none.

A part without content says in a line what is missing; it never vanishes.
"""

from collections.abc import Callable, Sequence

from exports.dossier_annex import draw_doubts, draw_history, draw_signatures, draw_source
from exports.dossier_care import (
    draw_care_events,
    draw_care_log,
    draw_health,
    draw_strategies,
    draw_zones,
    has_health,
)
from exports.dossier_form import draw_survey_form
from exports.dossier_photos import draw_photos
from exports.dossier_rows import draw_designations, draw_inspections
from exports.dossier_survey import (
    MAP_HEIGHT,
    draw_fields,
    draw_form_texts,
    draw_position,
    draw_sizes,
    has_sketch,
)
from exports.dossier_text import Said
from exports.flow import Flow
from exports.kit import SEAL, SMALL, SOFT
from exports.legal_parts import Parts, draw_overview
from exports.legal_rows import (
    CLOSING,
    DECIDED,
    GIVEN,
    INCIDENTS,
    WORKS,
    cases_of,
    draw_agreements,
    draw_given,
    draw_opinions,
    draw_plates,
    draw_public_strategies,
    draw_steps,
    draw_stories,
    draw_surveys,
)
from exports.proofs import LAST_STRIP, draw_last_strip
from exports.sketch_map import is_generalised
from exports.views import view_lines
from registry.legal_file_records import LegalFileRecord
from registry.office_records import OfficeCare
from registry.proof_records import Proof
from registry.records import CareEventRecord, MapPoint, RegisterFacts
from registry.vocab.words import InspectionKind, PhotoKind, RemovalReason


def draw_pages(
    flow: Flow,
    said: Said,
    facts: RegisterFacts,
    neighbours: Sequence[MapPoint],
    care: OfficeCare | None = None,
    file: LegalFileRecord | None = None,
    proof: Proof | None = None,
) -> None:
    """Draw every part. care: only in a dossier that stays in the office. proof: what the last page shows."""
    Pages(flow, said, facts, neighbours, care, file, proof).draw()


class Pages:
    """The parts of one dossier; each draws itself and says whether there was anything to draw."""

    def __init__(
        self,
        flow: Flow,
        said: Said,
        facts: RegisterFacts,
        neighbours: Sequence[MapPoint],
        care: OfficeCare | None,
        file: LegalFileRecord | None,
        proof: Proof | None = None,
    ) -> None:
        self.flow = flow
        self.said = said
        self.t = said.t
        self.facts = facts
        self.neighbours = neighbours
        self.care = care
        self.file = file
        self.proof = proof
        self.heading = Parts(flow, said.t, file)
        self.is_public = not facts.is_restricted

    def draw(self) -> None:
        """All parts in their order, then what belongs to none."""
        flow, said, heading = self.flow, self.said, self.heading
        flow.new_page()
        if self.file is not None:
            draw_overview(flow, self.file, self.t)
            flow.new_page()
        for part, draw in self.parts():
            if not draw():
                heading.empty(part, self.nothing(part))
        draw_doubts(flow, said, heading)
        draw_history(flow, said, heading, self.facts)
        keep = LAST_STRIP if self.proof is not None else 0.0  # the proof never stands alone on a page
        draw_source(flow, said, heading, self.facts, keep)
        draw_signatures(flow, said, keep)
        if self.proof is not None:
            draw_last_strip(flow, self.proof, self.facts, self.t)

    def parts(self) -> tuple[tuple[str, Callable[[], bool]], ...]:
        """The parts in their order."""
        return (
            ("survey", self.survey),
            ("identification", self.identification),
            ("designation", self.designation),
            ("plate", self.plate),
            ("zone", self.zone),
            ("agreement", self.agreement),
            ("patrol", self.patrol),
            ("diagnosis", self.diagnosis),
            ("strategy", self.strategy),
            ("incident", lambda: self.cases("incident", INCIDENTS)),
            ("works", lambda: self.cases("works", WORKS)),
            ("photos", self.photos),
            ("story", self.story),
            ("insurance", self.insurance),
            ("closure", lambda: self.cases("closure", CLOSING)),
        )

    def nothing(self, part: str) -> str:
        """What an empty part says where no file was judged."""
        _ = self.t.gettext
        words = {
            "zone": _("No zone is on record yet: gushu zones compute"),
            "diagnosis": _("It has not been assessed yet: gushu assess record"),
            "strategy": _("There is no strategy yet: gushu strategy propose"),
            "patrol": _("Nothing is in the care log and no patrol is on record yet."),
        }
        said = words.get(part, "") if self.care is not None else ""
        return said or _("Nothing in this copy.")

    def survey(self) -> bool:
        """The form, its texts and the sizes."""
        flow, said = self.flow, self.said
        title = self.t.gettext("Survey form of the tree")
        self.heading.begin("survey", title=title, note=said.language_note(said.tree.text_lang))
        for line in view_lines(self.facts, self.t):
            flow.paragraph(line, colour=SEAL)
        draw_survey_form(flow, said)
        draw_form_texts(flow, said, self.heading)
        draw_surveys(flow, self.heading, self.file, self.t)
        draw_sizes(flow, said, self.heading, self.care)
        return True

    def identification(self) -> bool:
        """What experts found, and what is recorded of the identification."""
        tree = self.said.tree
        has_opinions = any(case.opinions for case in cases_of(self.file, DECIDED))
        recorded = getattr(tree, "species_record", None)
        if not has_opinions and not recorded:
            return False
        self.heading.begin("identification", note=self.said.language_note(tree.text_lang))
        draw_opinions(self.flow, self.file, self.t)
        if recorded:
            draw_fields(self.flow, self.said, ["species_record"])
        return True

    def designation(self) -> bool:
        """Decisions, and the cases that led to them step by step."""
        cases = cases_of(self.file, DECIDED)
        if not self.said.tree.designations and not cases:
            return False
        self.heading.begin("designation")
        if self.said.tree.designations:
            draw_designations(self.flow, self.said)
        draw_steps(self.flow, self.heading, cases, self.t)
        return True

    def plate(self) -> bool:
        """The tags, and photos of them in their place."""
        photos = [photo for photo in self.said.tree.photos if _shows_plate(photo.kind, photo.viewpoint)]
        if not photos and not (self.file and self.file.plates):
            return False
        self.heading.begin("plate")
        draw_plates(self.flow, self.file, self.t)
        draw_photos(self.flow, self.said, self.heading, photos, is_public=self.is_public)
        return True

    def zone(self) -> bool:
        """The zones; the position of the tree is drawn whether it has any or not."""
        _ = self.t.gettext
        tree = self.said.tree
        zones = self.care.zones if self.care is not None else self.file.zones if self.file else ()
        is_hidden = is_generalised(tree) and not has_sketch(tree)
        if not zones and not has_sketch(tree) and not is_hidden:
            return False
        self.heading.begin("zone", keep=MAP_HEIGHT + 6 if has_sketch(tree) else 24)
        if has_sketch(tree):
            draw_position(self.flow, self.said, self.neighbours, self.facts)
        if is_hidden:
            hidden = _("The exact place is not published, so that the tree is left in peace.")
            self.flow.paragraph(hidden, colour=SOFT)
        if zones:
            draw_zones(self.flow, zones, self.t)
        elif told := self.heading.words("zone") or (self.nothing("zone") if self.care is not None else ""):
            self.flow.paragraph(told, size=8.6, colour=SOFT)
        return True

    def agreement(self) -> bool:
        """Care agreements."""
        if self.file is None or not self.file.agreements:
            return False
        self.heading.begin("agreement")
        draw_agreements(self.flow, self.file.agreements, self.t, is_public=self.file.is_public)
        return True

    def patrol(self) -> bool:
        """Patrols and the care log."""
        visits = [v for v in self.said.tree.inspections if v.kind == InspectionKind.PATROL]
        has_log = self.care is not None and bool(self.care.care or self.care.patrols)
        if not visits and not has_log:
            return False
        self.heading.begin("patrol", note=self._visit_note(visits))
        if visits:
            draw_inspections(self.flow, self.said, visits, is_public=self.is_public)
        if self.care is not None:
            draw_care_log(self.flow, self.care, self.t, self.heading)
        return True

    def diagnosis(self) -> bool:
        """Assessments, and visits that were no patrols."""
        visits = [v for v in self.said.tree.inspections if v.kind != InspectionKind.PATROL]
        events = () if self.care is not None else _events(self.said, "assessment")
        if not visits and not events and not has_health(self.care):
            return False
        self.heading.begin("diagnosis", note=self._visit_note(visits))
        if self.care is not None:
            draw_health(self.flow, self.care, self.t)
        draw_care_events(self.flow, events, self.t)
        if visits:
            draw_inspections(self.flow, self.said, visits, is_public=self.is_public)
        return True

    def _visit_note(self, visits: Sequence[object]) -> str:
        return self.said.language_note(self.said.tree.text_lang) if visits else ""

    def strategy(self) -> bool:
        """Strategies and works: with money for the office."""
        if self.care is not None:
            if not self.care.strategies and not self.care.works:
                return False
            self.heading.begin("strategy")
            draw_strategies(self.flow, self.care, self.t)
            return True
        file = self.file
        if file is not None and (file.strategies or file.works):
            self.heading.begin("strategy")
            draw_public_strategies(self.flow, self.heading, file, self.t)
            return True
        events = _events(self.said, "works") if file is None else ()
        if events:
            self.heading.begin("strategy")
            draw_care_events(self.flow, events, self.t)
        return bool(events)

    def cases(self, part: str, kinds: frozenset[str]) -> bool:
        """The cases of some kinds, step by step."""
        cases = cases_of(self.file, kinds)
        reason = getattr(self.said.tree, "removal_reason", None) if part == "closure" else None
        if not cases and not reason:
            return False
        self.heading.begin(part)
        draw_steps(self.flow, self.heading, cases, self.t)
        if reason:
            told = (
                f"{self.t.label('removal_reason')}{self.t.gettext(': ')}{self.t.word(RemovalReason, reason)}"
            )
            self.flow.paragraph(told, size=9)
        return True

    def photos(self) -> bool:
        """All photos but those of the plate."""
        photos = [p for p in self.said.tree.photos if not _shows_plate(p.kind, p.viewpoint)]
        if not photos:
            return False
        self.heading.begin("photos", keep=230)
        draw_photos(self.flow, self.said, self.heading, photos, is_public=self.is_public)
        return True

    def story(self) -> bool:
        """What is told of it."""
        tree = self.said.tree
        fields = [field for field in ("history_text", "peculiarity") if getattr(tree, field)]
        stories = self.file.stories if self.file is not None else ()
        if not fields and not stories:
            return False
        self.heading.begin("story", note=self.said.language_note(tree.text_lang), keep=30)
        draw_fields(self.flow, self.said, fields)
        draw_stories(self.flow, stories, self.t, is_public=self.is_public)
        return True

    def insurance(self) -> bool:
        """Care that somebody else paid for."""
        works = [w for w in (self.file.works if self.file is not None else ()) if w.fund_source in GIVEN]
        if not works:
            return False
        self.heading.begin("insurance")
        draw_given(self.flow, works, self.t)
        note = self.t.gettext("The register keeps no insurance policies: file them with the case.")
        self.flow.paragraph(note, size=SMALL, colour=SOFT)
        return True


def _shows_plate(kind: str, viewpoint: str | None) -> bool:
    return kind == PhotoKind.TAG or viewpoint == "plate"


def _events(said: Said, kind: str) -> tuple[CareEventRecord, ...]:
    return tuple(event for event in said.tree.care_events if event.kind == kind)
