"""Who asks: the key in a request's header, and whether it is a person's or a source's."""

from dataclasses import dataclass

from fastapi import Request

from infra.access.keyring import Grant, Keyring
from infra.access.keys import PERSON_SOURCE, person_behind, read_key
from infra.api.problems import NOT_A_PERSON, NOT_A_SOURCE, ProblemError
from schemas.person import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A key that is known, by its id."""

    key: str
    grant: Grant


async def granted(request: Request, keyring: Keyring) -> Granted:
    """The key that a request shows.

    Raises:
        ProblemError: 401, none or an unknown one.
        TemporarilyUnavailableError: nobody can say whether there is such a key.
    """
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    presented = read_key(text.strip()) if scheme.lower() == "bearer" else None
    if presented is None:
        raise ProblemError(401, "Authorization: expected `Bearer ofk_…`, got no key of that form")
    grant = await keyring.check(presented)
    if grant is None:
        raise ProblemError(401, f"key {presented.id[:40]} is not known, or its secret is wrong")
    return Granted(key=presented.id, grant=grant)


def source_of(shown: Granted) -> Granted:
    """Pass a key that may push.

    Raises:
        ProblemError: 403, it is a person's.
    """
    if shown.grant.source.startswith(PERSON_SOURCE):
        raise ProblemError(
            403,
            f"key {shown.key} is a person's, {shown.grant.source}: people act, sources push",
            kind=NOT_A_SOURCE,
        )
    return shown


def person_of(shown: Granted) -> PersonId:
    """The person whose key it is: nobody acts in another's name.

    Raises:
        ProblemError: 403, it is a camera's or a platform's.
    """
    person = person_behind(shown.grant.source)
    if person is None:
        raise ProblemError(
            403,
            f"key {shown.key} speaks for {shown.grant.source}: only a person acts, with a key of "
            f"{PERSON_SOURCE}<id>",
            kind=NOT_A_PERSON,
        )
    return person
