"""Accounts through the API: who I am; users, roles, memberships, tokens and sessions for the three administrators."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import AwareDatetime, Field

from aftersales.accounts import queries, services
from aftersales.accounts.choices import Tier
from aftersales.accounts.models import ApiToken, Membership, Role, User
from aftersales.accounts.permissions import P
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.core.records import require_right
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import (
    Given,
    Identity,
    Master,
    Verb,
    Wanted,
    add_change,
    add_opening,
    add_reading,
    add_verbs,
    changing,
    columns,
    json_answer,
    require_anywhere,
)
from aftersales.doors.steps import PROBLEMS
from aftersales.network.models import Region, Station

me_router = Router(tags=["me"])
user_router = Router(tags=["user"])
role_router = Router(tags=["role"])
membership_router = Router(tags=["membership"])
token_router = Router(tags=["token"])
Language = Literal["zh-hans", "en"]


def kept_by(model: Any, *rights: str, related: tuple[str, ...] = ()) -> Any:
    """Return the reader of rows that only their administrators see."""

    def scope(actor: Actor) -> Any:
        require_anywhere(actor, *rights)
        return model.objects.select_related(*related) if related else model.objects.all()

    return scope


# -- who I am ------------------------------------------------------------------------------------------------


class StationRightsOut(Schema):
    """What I may do at one station."""

    station_id: int
    rights: list[str]


class MeOut(Schema):
    """The account behind this request and what it may do."""

    user_id: int | None
    name: str
    role: str
    home_station_id: int | None
    staff_member_id: int | None
    sees_network: bool
    network_rights: list[str]
    stations: list[StationRightsOut]


@me_router.get("", response={200: MeOut, **PROBLEMS}, operation_id="me_get", summary="Who I am")
def me(request: HttpRequest) -> HttpResponse:
    """Return the account behind the token or session, its stations and its rights."""
    actor = actor_of(request)
    stations = [
        {"station_id": station_id, "rights": sorted(rights)} for station_id, rights in sorted(actor.rights.items())
    ]
    names = ("user_id", "name", "role", "home_station_id", "staff_member_id", "sees_network")
    shown = {name: getattr(actor, name) for name in names}
    return json_answer(shown | {"network_rights": sorted(actor.network_rights), "stations": stations})


# -- users ---------------------------------------------------------------------------------------------------


class UserOut(Schema):
    """An account."""

    id: int
    username: str
    name: str
    email: str
    phone: str
    language: str
    is_active: bool
    is_machine: bool
    created_at: datetime
    version: int


class UserMadeOut(UserOut):
    """A new account; its password is told once and not kept with the idempotency key."""

    password: str = ""


class UserWanted(Wanted):
    """Which accounts."""

    username: Annotated[str, Field(max_length=60)] | None = None
    is_active: bool | None = None


class UserFactsIn(Given):
    """Name, addresses and language."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    email: Annotated[str, Field(max_length=254)] = ""
    phone: Annotated[str, Field(max_length=20)] = ""
    language: Language = "zh-hans"


class UserIn(UserFactsIn):
    """A person's account."""

    username: Annotated[str, Field(min_length=1, max_length=60)]


class MachineIn(Given):
    """An account for another system: no password, only tokens."""

    username: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=60)]


class CloseUserIn(Given):
    """Why the account is closed."""

    reason: Annotated[str, Field(max_length=200)] = ""


class EndSessionIn(Given):
    """Which browser is signed out."""

    handle: Annotated[str, Field(min_length=1, max_length=80)]


class SessionOut(Schema):
    """A browser somebody is signed in with."""

    handle: str
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str


def _user(row: User, _actor: Actor) -> Mapping[str, Any]:
    return columns(row, UserOut, is_machine=not row.has_usable_password())


def change_user(user: User, actor: Actor, at: datetime, **values: Any) -> User:
    """Set a user's name, addresses and language; what is left out stays."""
    kept = {name: getattr(user, name) for name in ("name", "email", "phone", "language")}
    return services.change_user(user, actor, at, **(kept | values))


USERS = Master(
    name="user",
    model=User,
    shows=UserOut,
    wanted=UserWanted,
    scope=kept_by(User, P.KEEP_USERS, P.KEEP_RIGHTS),
    show=_user,
)
add_reading(user_router, USERS)
add_opening(
    user_router,
    USERS,
    Verb(
        name="create",
        service=services.create_user,
        takes=UserIn,
        shows=UserMadeOut,
        answers=lambda made, actor: {**_user(made[0], actor), "password": ""},
        secret=lambda made: {"password": made[1]},
        status=201,
    ),
)
add_opening(
    user_router,
    USERS,
    Verb(name="create_machine_account", service=services.create_machine_account, takes=MachineIn, status=201),
    path="/machine-accounts",
)
add_change(user_router, USERS, Verb(name="change", service=change_user, takes=changing(UserFactsIn)))
add_verbs(
    user_router,
    USERS,
    Verb(name="close", service=services.close_user, takes=CloseUserIn),
    Verb(name="reopen", service=services.reopen_user),
    Verb(
        name="renew_password",
        service=services.renew_password,
        shows=UserMadeOut,
        answers=None,
        secret=lambda password: {"password": password},
    ),
    Verb(name="end_session", service=services.end_session, takes=EndSessionIn),
)


@user_router.get(
    "/{key}/sessions",
    response={200: list[SessionOut], **PROBLEMS},
    operation_id="user_sessions",
    summary="Browsers a user is signed in with",
)
def sessions(request: HttpRequest, key: Annotated[int, Path(ge=1, le=2**53)]) -> HttpResponse:
    """Return the browsers: one's own, or anybody's as security administrator; at most 200."""
    actor = actor_of(request)
    if actor.user_id != key:
        require_right(actor, P.KEEP_RIGHTS, None)
        if not User.objects.filter(pk=key).exists():
            raise NotVisible
    rows = queries.sessions_of(key, timezone.now())[:200]
    return json_answer([columns(row, SessionOut) for row in rows])


# -- roles and memberships -----------------------------------------------------------------------------------


class RoleOut(Schema):
    """A post and what it may do."""

    id: int
    code: str
    name: str
    name_en: str
    tier: str
    administrator_kind: str
    clauses: list[str]
    permissions: list[str]
    requires_second_factor: bool
    version: int


class RoleWanted(Wanted):
    """Which roles."""

    tier: Tier | None = None


class RoleRightsIn(Given):
    """What the role may do from now on."""

    permissions: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=500)]
    requires_second_factor: bool


def set_rights(role: Role, actor: Actor, at: datetime, **values: Any) -> Role:
    """Say what a role may do; what is left out stays."""
    kept: dict[str, Any] = {
        "permissions": role.permissions,
        "requires_second_factor": role.requires_second_factor,
    }
    return services.set_role_rights(role, actor, at, **(kept | values))


ROLES = Master(
    name="role",
    model=Role,
    shows=RoleOut,
    wanted=RoleWanted,
    scope=kept_by(Role, P.KEEP_USERS, P.KEEP_RIGHTS),
    key="code",
    order=("code",),
)
add_reading(role_router, ROLES)
add_change(role_router, ROLES, Verb(name="change", service=set_rights, takes=changing(RoleRightsIn)))


class MembershipOut(Schema):
    """One user in one role: at a station, in a region, or in the whole network."""

    id: int
    user_id: int
    role_code: str
    station_id: int | None
    region_id: int | None
    since_on: date
    until_on: date | None
    version: int


class MembershipWanted(Wanted):
    """Which memberships."""

    user_id: Identity | None = None
    station_id: Identity | None = None
    role_code: Annotated[str, Field(max_length=40)] | None = None


class MembershipIn(Given):
    """Who gets which role where; neither station nor region: the whole network."""

    user_id: Identity
    role_code: Annotated[str, Field(min_length=1, max_length=40)]
    station_id: Identity | None = None
    region_id: Identity | None = None
    since_on: date
    until_on: date | None = None


class EndRoleIn(Given):
    """Why the role is taken away."""

    reason: Annotated[str, Field(max_length=200)] = ""


class Ended(Schema):
    """The record is gone."""

    ended: bool


def give_role(
    actor: Actor,
    at: datetime,
    *,
    user_id: int,
    role_code: str,
    station_id: int | None = None,
    region_id: int | None = None,
    since_on: date,
    until_on: date | None = None,
) -> Membership:
    """Put a user into a role (ORG-20); nobody gives one to themself."""
    require_right(actor, P.KEEP_RIGHTS, None)
    user, role = User.objects.filter(pk=user_id).first(), Role.objects.filter(code=role_code).first()
    station = Station.objects.filter(pk=station_id).first() if station_id else None
    region = Region.objects.filter(pk=region_id).first() if region_id else None
    if user is None or role is None or (station_id and station is None) or (region_id and region is None):
        raise NotVisible
    return services.give_role(
        user, actor, at, role=role, station=station, region=region, since_on=since_on, until_on=until_on
    )


MEMBERSHIPS = Master(
    name="membership",
    model=Membership,
    shows=MembershipOut,
    wanted=MembershipWanted,
    narrow={"role_code": "role__code"},
    scope=kept_by(Membership, P.KEEP_USERS, P.KEEP_RIGHTS, related=("role",)),
    show=lambda row, _actor: columns(row, MembershipOut, role_code=row.role.code),
)
add_reading(membership_router, MEMBERSHIPS)
add_opening(membership_router, MEMBERSHIPS, Verb(name="give", service=give_role, takes=MembershipIn, status=201))
add_verbs(
    membership_router,
    MEMBERSHIPS,
    Verb(
        name="end",
        service=services.end_role,
        takes=EndRoleIn,
        shows=Ended,
        answers=lambda _nothing, _actor: {"ended": True},
    ),
)


# -- tokens --------------------------------------------------------------------------------------------------


class TokenOut(Schema):
    """A token of another system; the token itself was shown once."""

    id: int
    user_id: int
    username: str
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    version: int


class TokenMadeOut(TokenOut):
    """A new token; told once and not kept with the idempotency key."""

    token: str = ""


class TokenWanted(Wanted):
    """Which tokens."""

    user_id: Identity | None = None


class TokenIn(Given):
    """For which account, and until when (a year at most)."""

    user_id: Identity
    name: Annotated[str, Field(min_length=1, max_length=60)]
    expires_at: AwareDatetime


def issue_token(actor: Actor, at: datetime, *, user_id: int, name: str, expires_at: datetime) -> tuple[ApiToken, str]:
    """Make a token for the account of another system; it is told once."""
    require_right(actor, P.KEEP_TOKENS, None)
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotVisible
    token = services.issue_token_for(user, actor, at, name=name, expires_at=expires_at)
    return ApiToken.objects.select_related("user").filter(user=user).latest("id"), token


def _token(row: ApiToken, _actor: Actor) -> dict[str, Any]:
    return columns(row, TokenOut, username=row.user.username)


TOKENS = Master(
    name="token",
    model=ApiToken,
    shows=TokenOut,
    wanted=TokenWanted,
    scope=kept_by(ApiToken, P.KEEP_TOKENS, related=("user",)),
    show=_token,
)
add_reading(token_router, TOKENS)
add_opening(
    token_router,
    TOKENS,
    Verb(
        name="issue",
        service=issue_token,
        takes=TokenIn,
        shows=TokenMadeOut,
        answers=lambda made, actor: {**_token(made[0], actor), "token": ""},
        secret=lambda made: {"token": made[1]},
        status=201,
    ),
)
add_verbs(token_router, TOKENS, Verb(name="revoke", service=services.revoke_token))
