"""Rights on stock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    """The codes of this room."""

    VIEW = permission("inventory.stock:view", _("May look at stock, moves and alerts of the own stations."))
    VIEW_COST = permission("inventory.cost:view", _("May see what stock has cost."))
    RECEIVE = permission("inventory.receipt:post", _("May draft and post goods receipts."))
    CANCEL_RECEIPT = permission("inventory.receipt:cancel", _("May cancel a posted goods receipt."))
    ADJUST = permission("inventory.adjustment:propose", _("May correct stock; above the limit somebody else approves."))
    APPROVE_ADJUSTMENT = permission(
        "inventory.adjustment:approve", _("May approve or reject a stock correction that somebody else has proposed.")
    )
    TRANSFER = permission("inventory.stock:transfer", _("May move stock between shelves of a station."))
    TAKE_OVER = permission("inventory.reservation:take-over", _("May give a reserved part to a more urgent order."))
    SET_POLICY = permission("inventory.policy:set", _("May set reorder lines and keepers."))
    MAINTAIN_LOCATIONS = permission("inventory.location:maintain", _("May open and change shelves and their keepers."))
    HANDLE_ALERT = permission("inventory.alert:handle", _("May close a stock alert by saying what was done."))
