"""Writes on users, roles, memberships, tokens and sessions: each by the administrator whose task it is."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.models import ApiToken, Membership, Role, SignInSession, User
from aftersales.accounts.permissions import P
from aftersales.accounts.roles import BY_CODE, ROLES
from aftersales.accounts.sessions import handle_of
from aftersales.accounts.tokens import digest_of
from aftersales.core import records
from aftersales.core.actor import Actor
from aftersales.core.errors import Forbidden, InputRefused, NotVisible
from aftersales.core.permissions import registered
from aftersales.core.transactions import run_in_transaction
from aftersales.core.workflow import lock_fresh, record_entry
from aftersales.network.models import Region, Station
from aftersales.network.validity import refuse_invalid, taken

TOKEN_LIFETIME_MAX = timedelta(days=366)

_FROM_TABLE = ("name", "name_en", "tier", "administrator_kind", "clauses", "permissions", "requires_second_factor")


def load_roles() -> int:
    """Bring the roles up to the code's table and return how many rows were written.

    A role the security administrator has edited (its version is above 1) is left as it is; a second run writes nothing.
    """

    def command() -> int:
        stored = {role.code: role for role in Role.objects.select_for_update()}
        fresh: list[Role] = []
        changed: list[Role] = []
        for row in ROLES:
            values = {
                "name": row.name,
                "name_en": row.name_en,
                "tier": str(row.tier),
                "administrator_kind": str(row.administrator_kind),
                "clauses": list(row.clauses),
                "permissions": list(row.permissions),
                "requires_second_factor": row.requires_second_factor,
            }
            role = stored.get(row.code)
            if role is None:
                fresh.append(Role(code=row.code, **values))
            elif role.version == 1 and any(getattr(role, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(role, name, value)
                changed.append(role)
        Role.objects.bulk_create(fresh)
        if changed:
            Role.objects.bulk_update(changed, _FROM_TABLE)
            bump_rights(User.objects.filter(memberships__role__in=changed))
        return len(fresh) + len(changed)

    return run_in_transaction(command)


def bump_rights(users: QuerySet[User, User]) -> None:
    """Make the users' rights be read anew at their next request, in every process."""
    User.objects.filter(pk__in=users.values("pk")).update(rights_version=F("rights_version") + 1)


# -- users (system administrator) ----------------------------------------------------------------------------


def create_user(
    actor: Actor, at: datetime, *, username: str, name: str, email: str = "", phone: str = "", language: str = "zh-hans"
) -> tuple[User, str]:
    """Make a user and return it with a random password, which is shown once and known to nobody afterwards."""
    password = secrets.token_urlsafe(12)
    user = User(
        username=username.strip().lower(),
        name=name.strip(),
        email=email,
        phone=phone,
        language=language,
        password_changed_at=at,
    )
    user.set_password(password)
    _refuse_invalid_user(user)
    try:
        return records.register(user, actor, at, right=P.KEEP_USERS, step="user_created"), password
    except IntegrityError as error:
        raise taken(error) from None


def create_machine_account(actor: Actor, at: datetime, *, username: str, name: str) -> User:
    """Make an account for another system: it has no password and acts by token only."""
    user = User(username=username.strip().lower(), name=name.strip(), password_changed_at=at)
    user.set_unusable_password()
    _refuse_invalid_user(user)
    try:
        return records.register(user, actor, at, right=P.KEEP_USERS, step="machine_account_created")
    except IntegrityError as error:
        raise taken(error) from None


def change_user(user: User, actor: Actor, at: datetime, *, name: str, email: str, phone: str, language: str) -> User:
    """Set a user's name, addresses and language."""
    values = {"name": name.strip(), "email": email, "phone": phone, "language": language}
    for column, value in values.items():
        setattr(user, column, value)
    _refuse_invalid_user(user)
    return records.change(user, actor, at, right=P.KEEP_USERS, **values)


def close_user(user: User, actor: Actor, at: datetime, *, reason: str = "") -> User:
    """Close an account: its browsers are signed out and its tokens stop at the next request."""
    if actor.user_id == user.pk:
        raise InputRefused(_("You cannot close your own account."), code="own_account")

    def command() -> User:
        closed = records.change(
            user,
            actor,
            at,
            right=P.KEEP_USERS,
            step="user_closed",
            reason=reason,
            is_active=False,
            rights_version=user.rights_version + 1,
        )
        SignInSession.objects.filter(user=user).delete()
        return closed

    return run_in_transaction(command)


def reopen_user(user: User, actor: Actor, at: datetime) -> User:
    """Open a closed account again; the memberships are as they were left."""
    return records.change(user, actor, at, right=P.KEEP_USERS, step="user_reopened", is_active=True)


def renew_password(user: User, actor: Actor, at: datetime) -> str:
    """Give a user a new random password, sign them out everywhere, and return the password to be told once."""
    password = secrets.token_urlsafe(12)

    def command() -> str:
        fresh = lock_fresh(user)
        records.require_right(actor, P.KEEP_USERS, None)
        fresh.set_password(password)
        fresh.password_changed_at = at
        fresh.version += 1
        fresh.save(update_fields=["password", "password_changed_at", "version"])
        SignInSession.objects.filter(user=fresh).delete()
        record_entry(fresh, step="password_renewed", actor=actor, at=at)
        return password

    return run_in_transaction(command)


def end_session(user: User, actor: Actor, at: datetime, *, handle: str) -> None:
    """Sign a user out of one browser: one's own, or anybody's as security administrator."""
    if actor.user_id != user.pk:
        records.require_right(actor, P.KEEP_RIGHTS, None)

    def command() -> None:
        fresh = lock_fresh(user)
        keys = [key for key in _session_keys(fresh) if handle_of(key) == handle]
        if not keys:
            raise NotVisible
        SignInSession.objects.filter(session_key__in=keys).delete()
        record_entry(fresh, step="session_ended", actor=actor, at=at, changes={"session": handle})

    run_in_transaction(command)


def _session_keys(user: User) -> list[str]:
    return list(SignInSession.objects.filter(user=user).values_list("session_key", flat=True))


def _refuse_invalid_user(user: User) -> None:
    refuse_invalid(user, exclude={"password", "last_login"})
    if not user.username.replace("_", "").replace("-", "").replace(".", "").isalnum() or not user.username.isascii():
        raise InputRefused(
            _("Please check your entries."),
            code="invalid",
            fields={"username": _("Use letters a–z, digits, dot, hyphen and underscore for the sign-in name.")},
        )


# -- roles and memberships (security administrator) ----------------------------------------------------------


def give_role(
    user: User,
    actor: Actor,
    at: datetime,
    *,
    role: Role,
    station: Station | None = None,
    region: Region | None = None,
    since_on: date,
    until_on: date | None = None,
) -> Membership:
    """Put a user into a role at a station, in a region or (neither given) in the whole network.

    Nobody gives a role to themself; an administrator holds no other role, so that no administrator sees business rows.
    """
    _refuse_own(actor, user.pk)
    membership = Membership(
        user=user,
        role=role,
        station=station,
        region=region,
        administrator_kind=role.administrator_kind,
        since_on=since_on,
        until_on=until_on,
    )

    def command() -> Membership:
        lock_fresh(user)
        records.require_right(actor, P.KEEP_RIGHTS, None)
        others = Membership.objects.filter(user=user)
        mixed = (
            others.exclude(administrator_kind="")
            if not role.administrator_kind
            else others.filter(administrator_kind="")
        )
        if mixed.exists():
            raise InputRefused(
                _("An administrator holds no other role. Make a second account for the other work."),
                code="administrators_apart",
            )
        if role.administrator_kind and (station or region):
            raise InputRefused(_("Administrators work for the whole network, not for one station."), code="scope")
        if others.filter(role=role, station=station, region=region).exists():
            raise InputRefused(_("The person already holds this role there."), code="role_held")
        refuse_invalid(membership, exclude={"user", "role"})
        membership.save(force_insert=True)
        bump_rights(User.objects.filter(pk=user.pk))
        record_entry(user, step="role_given", actor=actor, at=at, changes=_told(membership))
        return membership

    try:
        return run_in_transaction(command)
    except IntegrityError as error:
        raise taken(error) from None


def end_role(membership: Membership, actor: Actor, at: datetime, *, reason: str = "") -> None:
    """Take a role away: the user's next request is without it."""
    _refuse_own(actor, membership.user_id)

    def command() -> None:
        user = lock_fresh(User(pk=membership.user_id))
        records.require_right(actor, P.KEEP_RIGHTS, None)
        gone, _rows = Membership.objects.filter(pk=membership.pk).delete()
        if not gone:
            raise NotVisible
        bump_rights(User.objects.filter(pk=user.pk))
        record_entry(user, step="role_ended", actor=actor, at=at, changes=_told(membership), reason=reason)

    run_in_transaction(command)


def _told(membership: Membership) -> dict[str, object]:
    return {
        "role": membership.role.code,
        "station": membership.station.code if membership.station else None,
        "region": membership.region.code if membership.region else None,
        "since_on": str(membership.since_on),
        "until_on": str(membership.until_on) if membership.until_on else None,
    }


def set_role_rights(
    role: Role, actor: Actor, at: datetime, *, permissions: Iterable[str], requires_second_factor: bool
) -> Role:
    """Say what a role may do; everybody in the role has the new rights at the next request.

    Raises InputRefused for an unknown code, and for a business right given to one of the three administrators.
    """
    chosen = sorted(set(permissions))
    known = {str(code) for code in registered()}
    if unknown := [code for code in chosen if code not in known]:
        raise InputRefused(
            _("Unknown right: %(codes)s") % {"codes": ", ".join(unknown)[:200]},
            code="unknown_permission",
            fields={"permissions": _("Choose rights from the list.")},
        )
    if role.administrator_kind:
        own = set(BY_CODE[role.code].permissions) if role.code in BY_CODE else set()
        if set(chosen) - own:
            raise InputRefused(
                _("The three administrators hold the rights of their task and no others."), code="administrators_apart"
            )

    def command() -> Role:
        if actor.user_id is not None and Membership.objects.filter(role=role, user_id=actor.user_id).exists():
            raise Forbidden(_("Nobody changes the rights of a role they hold themselves."), code="own_role")
        changed = records.change(
            role,
            actor,
            at,
            right=P.KEEP_RIGHTS,
            step="rights_set",
            permissions=chosen,
            requires_second_factor=requires_second_factor,
        )
        bump_rights(User.objects.filter(memberships__role=role))
        return changed

    return run_in_transaction(command)


def _refuse_own(actor: Actor, user_id: int) -> None:
    if actor.user_id == user_id:
        raise Forbidden(_("Nobody gives or takes rights of their own."), code="own_rights")


# -- tokens (system administrator) ---------------------------------------------------------------------------


def issue_token_for(user: User, actor: Actor, at: datetime, *, name: str, expires_at: datetime) -> str:
    """Make a token for another system's account and return it; it is shown once.

    Only for accounts without a password: what the account may do was decided by the security administrator, and no
    person can be impersonated. Longest life 366 days.
    """
    if user.has_usable_password():
        raise InputRefused(
            _("Tokens are for accounts of other systems. A person signs in with a password."),
            code="not_a_machine",
            fields={"user": _("Choose an account of another system.")},
        )
    if not at < expires_at <= at + TOKEN_LIFETIME_MAX:
        raise InputRefused(
            _("Please check your entries."),
            code="invalid",
            fields={"expires_on": _("A token ends within one year from today.")},
        )
    token = f"as_{secrets.token_urlsafe(32)}"
    row = ApiToken(user=user, name=name.strip(), digest=digest_of(token), created_at=at, expires_at=expires_at)
    refuse_invalid(row, exclude={"user", "digest"})

    def command() -> str:
        records.require_right(actor, P.KEEP_TOKENS, None)
        row.save(force_insert=True)
        told = {"name": row.name, "user": user.username, "expires_at": str(expires_at)}
        record_entry(row, step="token_issued", actor=actor, at=at, changes=told)
        return token

    return run_in_transaction(command)


def revoke_token(token: ApiToken, actor: Actor, at: datetime) -> ApiToken:
    """Stop a token at once; revoking it again changes nothing."""
    if token.revoked_at is not None:
        return token
    return records.change(token, actor, at, right=P.KEEP_TOKENS, step="token_revoked", revoked_at=at)


def clear_old_sessions(at: datetime) -> int:
    """Delete sessions that have run out and return how many."""
    return SignInSession.objects.filter(Q(expire_date__lte=at)).delete()[0]
