"""Accounts through the API: who I am; users, roles, memberships, tokens and sessions for the three administrators."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router

from aftersales.accounts import queries, services
from aftersales.accounts.models import ApiToken, Membership, Role, User
from aftersales.accounts.permissions import P
from aftersales.accounts.schemas import (
    CloseUserIn,
    Ended,
    EndRoleIn,
    EndSessionIn,
    MachineIn,
    MembershipIn,
    MembershipOut,
    MembershipWanted,
    MeOut,
    RoleOut,
    RoleRightsIn,
    RoleWanted,
    SessionOut,
    TokenIn,
    TokenMadeOut,
    TokenOut,
    TokenWanted,
    UserFactsIn,
    UserIn,
    UserMadeOut,
    UserOut,
    UserWanted,
)
from aftersales.core.actor import Actor
from aftersales.core.errors import NotVisible
from aftersales.core.records import require_right
from aftersales.doors.commands import actor_of
from aftersales.doors.masters import (
    Master,
    Verb,
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


def kept_by(model: Any, *rights: str, related: tuple[str, ...] = ()) -> Any:
    """Return the reader of rows that only their administrators see."""

    def scope(actor: Actor) -> Any:
        require_anywhere(actor, *rights)
        return model.objects.select_related(*related) if related else model.objects.all()

    return scope


# -- who I am ------------------------------------------------------------------------------------------------


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
