"""Upkeep that belongs to no single room, as tasks of the periodic table in `config.worker`."""

from __future__ import annotations

import logging

from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from aftersales.clocks import tasks as clocks
from aftersales.inventory import proofs as stock
from aftersales.journal import verification
from aftersales.printing import queries as papers

logger = logging.getLogger("aftersales.upkeep")


class ProofFailed(RuntimeError):
    """The nightly proof found something that must not be; the failed task keeps what."""


@task()
def escalate_due() -> int:
    """Warn about and escalate limits; return how many were escalated."""
    return clocks.escalate_due(timezone.now()).escalated


@task()
def prove() -> int:
    """Prove the journal, the issued papers and the stock; raises ProofFailed naming what was found."""
    found = [str(finding) for finding in verification.broken_entries()]
    found += [str(flaw) for flaw in stock.prove_invariants()]
    found += [f"paper {paper.pk} {paper.number} does not have its hash" for paper in papers.damaged_papers()]
    if found:
        logger.error("nightly proof failed: %s findings", len(found))
        raise ProofFailed("; ".join(found[:20]))
    return 0


@task()
def forget_finished_tasks() -> None:
    """Delete rows of successful tasks after six hours; failed ones are kept for a look."""
    call_command("ox_prune", "--older-than", "6h", verbosity=0)


@task()
def end_old_sessions() -> None:
    """Delete sessions that have run out."""
    call_command("clearsessions", verbosity=0)
