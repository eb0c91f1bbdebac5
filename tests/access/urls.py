"""Every address of the pages, classified once. An address that is not here fails the test: nobody forgets to decide.

PUBLIC anybody; OWN one's own account; STATION a record or list of the reader's stations; NETWORK masters that everybody
with the right sees alike; ADMINISTRATION the three administrators; SIDE DOOR gives documents out by another way (A2).
"""

PUBLIC = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "set_language",
    }
)
OWN = frozenset(
    {
        "home",
        "account_reauthenticate",
        "account_change_password",
        "account_sessions",
        "account_end_session",
        "notifications:inbox",
        "notifications:mark_read",
        "administration:start",
        "web:theme",
        "web:styleguide",
        "web:styleguide-part",
    }
)
SIDE_DOORS = frozenset(
    {
        "search:search",
        "files:attachment",
        "files:thumbnail",
        "printing:paper",
        "printing:copy",
        "printing:make_copy",
        "printing:papers",
        "repairs:export",
        "repairs:paper",
        "billing:export",
        "billing:paper",
        "billing:receipt",
        "billing:close_paper",
        "appointments:slip",
        "exchange:export",
        "exchange:report",
        "exchange:template",
        "notifications:outbox",
        "notifications:send_again",
        "standards:coverage_csv",
        "standards:compliance",
        "standards:rows",
        "insight:board",
        "inventory:report",
        "administration:journal_export",
        "care:registers",
    }
)
# Whole apps or name beginnings: what is left is decided by where it hangs.
BEGINNINGS = {
    "mfa_": "own",
    "administration:": "administration",
    "appointments:": "station",
    "billing:": "station",
    "care:": "station",
    "catalog:": "network",
    "customers:": "station",
    "exchange:": "station",
    "inventory:": "station",
    "notifications:change_rules": "station",
    "notifications:rules": "station",
    "notifications:webhook": "administration",
    "notifications:roll_secret": "administration",
    "put_away": "station",
    "repairs:": "station",
    "standards:": "network",
    "vehicles:": "station",
    "api:": "api",
}


def class_of(name: str) -> str:
    """Return how the address is classified; empty for one that nobody has decided about."""
    if name in PUBLIC:
        return "public"
    if name in OWN:
        return "own"
    if name in SIDE_DOORS:
        return "side door"
    return next((kind for beginning, kind in BEGINNINGS.items() if name.startswith(beginning)), "")
