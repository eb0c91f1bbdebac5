"""Enumerations of customer care."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FollowUpKind(models.TextChoices):
    """Why somebody calls."""

    FIRST = "first", _("first follow-up")
    SECOND = "second", _("second follow-up")
    MISSED_BOOKING = "missed_booking", _("missed booking")


class FollowUpState(models.TextChoices):
    """Where a follow-up stands."""

    PLANNED = "planned", _("planned")
    CALLED = "called", _("called")
    CLOSED = "closed", _("closed")
    UNREACHABLE = "unreachable", _("unreachable")
    SKIPPED = "skipped", _("skipped")


class Direction(models.TextChoices):
    OUT = "out", _("outgoing call")
    IN = "in", _("incoming call")


class CallPurpose(models.TextChoices):
    """What a call was about (FUP-09)."""

    FOLLOW_UP = "follow_up", _("follow-up")
    CONSULTATION = "consultation", _("consultation")
    COMPLAINT = "complaint", _("complaint")
    OTHER = "other", _("other")


class ScriptTopic(models.TextChoices):
    """What a follow-up call covers (FUP-03)."""

    USE_AND_OPINION = "use_and_opinion", _("How the car runs, and the opinion of our service")
    NEW_NEEDS = "new_needs", _("New needs")
    KNOWLEDGE = "knowledge", _("Motoring knowledge and cautions")
    SERVICES = "services", _("Our current and new services")
    OFFERS = "offers", _("Offers and club events: content, date, place")
    CONSULTATION = "consultation", _("Consultation: answer the customer's questions")
    VISIT = "visit", _("Offer of a personal visit")


class LetterKind(models.TextChoices):
    NOTICE = "notice", _("notice")
    INVITATION = "invitation", _("invitation")
    REPLY = "reply", _("reply")


class CaseKind(models.TextChoices):
    """What was brought to us (CPL-01, CPL-14, FUP-06)."""

    COMPLAINT = "complaint", _("complaint")
    QUESTION = "question", _("question to study")
    REQUEST = "request", _("request")
    SUGGESTION = "suggestion", _("suggestion")


class ContentClass(models.TextChoices):
    """What a case is about (CPL-04)."""

    PRODUCT_QUALITY = "product_quality", _("product quality")
    AFTER_SALES = "after_sales", _("after-sales service")
    OTHER = "other", _("other")


class Level(models.TextChoices):
    """How grave a case is; fixes its time limit (CPL-04)."""

    GENERAL = "general", _("general")
    MAJOR = "major", _("major")
    EXTRA_MAJOR = "extra_major", _("extra-major")


class CaseChannel(models.TextChoices):
    """Where a case reached us (CPL-02)."""

    FRONT_DESK = "front_desk", _("front desk")
    HOTLINE = "hotline", _("hotline")
    FOLLOW_UP = "follow_up", _("follow-up call")
    MAILBOX = "mailbox", _("mailbox")
    SOCIAL_MEDIA = "social_media", _("social media")
    AUTHORITY = "authority", _("consumer authority")


class SolutionKind(models.TextChoices):
    """How a case is solved (CPL-07)."""

    EXPLANATION = "explanation", _("explanation")
    REPAIR = "repair", _("rework or repair")
    REPLACEMENT = "replacement", _("replacement")
    COMPENSATION = "compensation", _("compensation")
    OTHER = "other", _("other")


class CaseState(models.TextChoices):
    """Where a case stands."""

    OPENED = "opened", _("opened")
    ASSIGNED = "assigned", _("in hand")
    SOLVED = "solved", _("solution found")
    CLOSED = "closed", _("closed")


OPEN_CASE_STATES = (CaseState.OPENED, CaseState.ASSIGNED, CaseState.SOLVED)
