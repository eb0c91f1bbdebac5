"""Users, roles, memberships and API tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.accounts.choices import AdministratorKind, Tier


class UserManager(BaseUserManager["User"]):
    """Makes users; a user without a password cannot sign in until one is set."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user: User = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What the person may do is in the memberships, nowhere else."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    rights_version = models.PositiveIntegerField(default=1)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Role(models.Model):
    """What a post may do: a list of permission codes, kept by the security administrator."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    tier = models.CharField(max_length=16, choices=Tier)
    administrator_kind = models.CharField(max_length=10, choices=AdministratorKind, blank=True, default="")
    clauses = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    permissions = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    requires_second_factor = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("tier", "code")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One user in one role: at a station, in all stations of a region, or (neither given) in the whole network."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    station = models.ForeignKey(
        "network.Station", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    region = models.ForeignKey(
        "network.Region", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    administrator_kind = models.CharField(max_length=10, choices=AdministratorKind, blank=True, default="")
    since_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("user_id", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "role", "station", "region"), nulls_distinct=False, name="membership_once"
            ),
            models.UniqueConstraint(
                fields=("user",),
                condition=~Q(administrator_kind=""),
                name="administrators_are_apart",
                violation_error_message=_("System, security and audit administrator must be three different people."),
            ),
            models.CheckConstraint(
                condition=Q(station__isnull=True) | Q(region__isnull=True), name="membership_has_one_scope"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("since_on")), name="membership_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id}"


class ApiToken(models.Model):
    """A token by which another system or a script acts as a user; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name


class SignInSession(AbstractBaseSession):
    """One browser in which somebody is signed in: since when, last seen when, from where."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True, default="")
    browser = models.CharField(max_length=200, blank=True, default="")

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from aftersales.accounts.sessions import SessionStore

        return SessionStore
