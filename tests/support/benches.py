"""Builds what a gate looks at: a command, the acts before it, people, a case and a whole pack."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from handlers.decisions.dossier import Dossier, Seen
from handlers.decisions.gates.gate import Bench, Prior, Standing
from handlers.decisions.lives.step import Life, Step
from handlers.decisions.lives.tables import STEPS_OF
from handlers.decisions.policy import Policy
from schemas.act import Act, Command, CommandId, Details, SubjectId, Taken
from schemas.clock import Clock
from schemas.evidence import EvidenceRef
from schemas.ids import CameraId, Sha256
from schemas.instants import instant_text
from schemas.matter import MatterKey
from schemas.penalty import Ground, PenaltyState
from schemas.person import Certificate, Person, PersonId, Role
from schemas.place import Place
from schemas.values import replace
from schemas.workfile import CaseState, Queue, Route, WorkFile
from tests.support import builders
from tests.support.authorities import CELL
from tests.support.builders import CAMERA, STALL, an_evidence_ref
from tests.support.calendars import china
from tests.support.cities import a_city

SEEN_AT: Final = china("2026-03-05 10:00")
"""When the camera saw it: a Thursday."""
EARLIER: Final = china("2026-03-06 10:00")
"""When acts before the command were done, unless the test says otherwise: a Friday."""
MONDAY: Final = china("2026-03-09 09:00")
"""When the command is done, unless the test says otherwise."""
CASE: Final = "C260305-AAAAAAAAAAAA"
OTHER_CASE: Final = "C260201-BBBBBBBBBBBB"


def a_certificate(
    number: str = "HB-0001", *, valid_from: str = "2025-01-01", valid_until: str = "2027-12-31"
) -> Certificate:
    return Certificate(
        number=number,
        valid_from=date.fromisoformat(valid_from),
        valid_until=date.fromisoformat(valid_until),
    )


def a_person(
    id: str = "li",  # noqa: A002 - the field's name
    *roles: Role,
    unit: str = "streets",
    certificate: Certificate | None = None,
    is_lawyer: bool = False,
) -> Person:
    """An officer, unless roles are named. No certificate unless one is given."""
    return Person(
        id=PersonId(id),
        name=f"name of {id}",
        unit=unit,
        roles=frozenset(roles or {Role.OFFICER}),
        certificate=certificate,
        is_lawyer=is_lawyer,
    )


def an_officer(id: str = "li", *roles: Role) -> Person:  # noqa: A002
    """With a certificate that holds through the tests' years."""
    return a_person(id, Role.OFFICER, *roles, certificate=a_certificate(f"HB-{id}"))


@cache
def the_people() -> Mapping[PersonId, Person]:
    """One or two for each role; the first of a role acts where the test names nobody."""
    register = (
        *(an_officer(id_) for id_ in ("li", "wang", "zhou")),
        *(a_person(id_, Role.HEAD) for id_ in ("zhao", "deng")),
        a_person("chen", Role.LEGAL_REVIEWER, is_lawyer=True),
        a_person("feng", Role.LEGAL_REVIEWER),
        a_person("tang", Role.RECORD_REVIEWER),
        a_person("sun", Role.HEARING_OFFICER),
        a_person("qian", Role.FINANCE),
        a_person("he", Role.CLERK),
        a_person("wu", Role.AUXILIARY),
        a_person("xu", Role.OBSERVER),
        *(a_person(id_, Role.INTAKE) for id_ in ("yang", "ma")),
        a_person("guo", Role.DUTY_CHIEF),
        a_person("lin", Role.DISPATCHER),
        a_person("hu", Role.HANDLER, unit="crew-1"),
        a_person("gao", Role.VERIFIER, unit="checks"),
        a_person("luo", Role.AUDITOR),
        a_person("song", Role.OPINION_OFFICER),
        *(a_person(id_, Role.POLICY_EDITOR) for id_ in ("xie", "han")),
        a_person("cao", Role.PUBLISHER),
    )
    return MappingProxyType({person.id: person for person in register})


def with_people(*people: Person) -> Mapping[PersonId, Person]:
    """The register with these added or put in place of those of the same id."""
    return {**the_people(), **{person.id: person for person in people}}


def some_details(fields: Mapping[str, Any]) -> Details:
    """Lists become tuples and instants text, as they come from outside."""
    return Details({name: _plain(value) for name, value in fields.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else value


def a_taken(
    act: Act,
    *,
    person: str = "li",
    role: Role = Role.OFFICER,
    at: datetime = EARLIER,
    recorded_at: datetime | None = None,
    **details: Any,
) -> Taken:
    """Its number is put right by `a_bench` and `a_dossier`."""
    return Taken(
        number=1,
        act=act,
        person=PersonId(person),
        role=role,
        at=at,
        recorded_at=recorded_at or at,
        details=some_details(details),
    )


def a_case(
    id: str = CASE,  # noqa: A002 - the field's name
    *,
    matter: MatterKey | None = STALL,
    route: Route = Route.SOFT,
    state: CaseState = CaseState.HANDLING,
    grid_cell: str | None = CELL,
    camera: CameraId | None = CAMERA,
    **changes: Any,
) -> WorkFile:
    """A file that was opened on Thursday from a camera's sighting in the district."""
    queue = Queue.ZERO_TOLERANCE if route is Route.ZERO_TOLERANCE else Queue.SOFT
    case = replace(
        builders.a_case(id, site=None, state=state, route=route),
        queue=queue,
        opened_at=SEEN_AT,
        last_seen_at=SEEN_AT,
        due_at=MONDAY,
        matter=matter,
        place=Place(id="jiefang-1", grid_cell=grid_cell),
        camera=camera,
    )
    return replace(case, **changes)


def a_seen(
    text: str = "a frame",
    *,
    occurred_at: datetime = SEEN_AT,
    camera: CameraId | None = CAMERA,
    item: EvidenceRef | None = None,
) -> Seen:
    return Seen(
        item=item or an_evidence_ref(text),
        occurred_at=occurred_at,
        received_at=occurred_at,
        camera=camera,
    )


def a_prior(
    ended: PenaltyState = PenaltyState.CLOSED,
    *,
    case: str = OTHER_CASE,
    matter: MatterKey = STALL,
    at: datetime = china("2026-02-02 10:00"),  # noqa: B008 - frozen
    ground: Ground | None = None,
) -> Prior:
    return Prior(case=case, matter=matter, at=at, ended=ended, ground=ground)


def a_dossier(
    *taken: Taken,
    case: WorkFile | None = None,
    penalty: PenaltyState = PenaltyState.INVESTIGATING,
    subject: str = CASE,
    **changes: Any,
) -> Dossier:
    """The acts are numbered in the order in which they are given."""
    dossier = Dossier(
        id=SubjectId(subject),
        taken=tuple(replace(each, number=number) for number, each in enumerate(taken, start=1)),
        case=case,
        penalty=penalty,
        occurred_at=SEEN_AT,
    )
    return replace(dossier, **changes)


def the_step(act: Act, life: Life | None = None) -> Step:
    """The act's first row, or its row in that life."""
    return next(step for step in STEPS_OF[act] if life is None or step.life is life)


def a_bench(
    act: Act,
    *,
    taken: Iterable[Taken] = (),
    details: Mapping[str, Any] | None = None,
    policy: Policy | None = None,
    then: Policy | None = None,
    case: WorkFile | None = a_case(),  # noqa: B008 - frozen
    people: Mapping[PersonId, Person] | None = None,
    person: str | None = None,
    role: Role | None = None,
    at: datetime = MONDAY,
    now: datetime | None = None,
    prior: Iterable[Prior] = (),
    seen: Iterable[Seen] = (),
    clocks: Iterable[Clock] = (),
    penalty: PenaltyState | None = None,
    occurred_at: datetime | None = SEEN_AT,
    other: WorkFile | None = None,
    standing: Standing | None = None,
    life: Life | None = None,
    version_digest: Sha256 | None = None,
) -> Bench:
    """Whoever may take the act takes it, on Monday at nine, in a state that has it."""
    step = the_step(act, life)
    policy = policy or a_city()
    people = the_people() if people is None else people
    role = role or _role(step, people, person)
    dossier = a_dossier(
        *taken,
        case=case,
        penalty=penalty or _state(step),
        clocks=tuple(clocks),
        occurred_at=occurred_at,
        seen=tuple(seen),
    )
    return Bench(
        command=Command(
            id=CommandId("command-1"),
            subject=dossier.id,
            expected=dossier.version,
            act=act,
            person=PersonId(person) if person else _first(role, people),
            at=at,
            details=some_details(details or {}),
        ),
        step=step,
        role=role,
        dossier=dossier,
        people=people,
        policy=policy,
        then=then,
        standing=standing or a_standing(policy),
        now=now or at,
        prior=tuple(prior),
        other=other,
        version_digest=version_digest,
    )


def a_standing(policy: Policy | None = None, *, published: bool = True) -> Standing:
    digest = (policy or a_city()).digest
    proposed_by = PersonId("xie")
    return Standing(
        digest=digest, proposed_by=proposed_by, published_by=PersonId("cao") if published else None
    )


def _role(step: Step, people: Mapping[PersonId, Person], person: str | None) -> Role:
    roles = people[PersonId(person)].roles if person else frozenset(Role)
    fitting = [role for role in Role if role in step.who and role in roles]
    return fitting[0] if fitting else min(roles)


def _first(role: Role, people: Mapping[PersonId, Person]) -> PersonId:
    return next(id_ for id_, person in people.items() if role in person.roles)


def _state(step: Step) -> PenaltyState:
    states = [state for state in PenaltyState if state in step.since]
    return states[0] if states else PenaltyState.NOT_CONSIDERED
