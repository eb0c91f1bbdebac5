"""What the API of accounts takes and shows: the shapes, apart from what is done with them."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from aftersales.accounts.choices import Tier
from aftersales.doors.masters import (
    Given,
    Identity,
    Wanted,
)

Language = Literal["zh-hans", "en"]


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
