"""The ids of the clauses, kept small so that citing one is cheap; a test compares them with the catalogue."""

from __future__ import annotations

HOW_MANY = {
    "GOV": 21,
    "ORG": 20,
    "SVC": 10,
    "SOL": 8,
    "APPT": 10,
    "PREP": 4,
    "RECP": 20,
    "DIAG": 10,
    "EST": 9,
    "WORK": 13,
    "QC": 9,
    "DELV": 10,
    "SETL": 8,
    "CRM": 9,
    "FUP": 16,
    "CPL": 15,
    "QP": 12,
    "WAR": 13,
    "HOT": 10,
    "RESC": 10,
    "PART": 14,
    "PURC": 8,
    "NET": 7,
    "BUD": 10,
    "HR": 14,
    "SAT": 10,
    "CI": 13,
    "IS": 12,
    "SAFE": 19,
    "TECH": 6,
}

CLAUSE_IDS = frozenset(f"{area}-{number:02d}" for area, last in HOW_MANY.items() for number in range(1, last + 1))
