"""Logs: one line an event on standard output, JSON unless a person is watching. No personal data.

Addresses are logged without their query string, forms and headers not at all. The journal, not the log, is
where it is kept who did what.
"""

import logging
import logging.config
import os
import re
import sys
from typing import Any

import structlog

_QUERY = re.compile(r"\?[^\s'\"]*")


def _drop_query_strings(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Search words and phone numbers travel in query strings: keep the path only."""
    if isinstance(event.get("event"), str):
        event["event"] = _QUERY.sub("", event["event"])
    return event


def configure(*, debug: bool) -> None:
    """Send structlog's and the standard library's records through the same steps to standard output."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_query_strings,
    ]
    wanted = os.environ.get("AFTERSALES_LOG", "console" if sys.stdout.isatty() else "json")
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if wanted == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if wanted != "console":
        last.append(structlog.processors.format_exc_info)
    level = os.environ.get("AFTERSALES_LOG_LEVEL", "DEBUG" if debug else "INFO").upper()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "lines": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": steps,
                    "processors": [*last, renderer],
                }
            },
            "handlers": {
                "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "lines"}
            },
            "root": {"handlers": ["stdout"], "level": "WARNING"},
            "loggers": {
                "aftersales": {"level": level},
                "django": {"level": "INFO"},
                "django.server": {"level": "INFO"},
                # SQL carries names and phone numbers in its parameters.
                "django.db.backends": {"level": "WARNING"},
                # Every tick of every periodic job is an INFO line of theirs.
                "django_ox": {"level": "WARNING"},
                "django.tasks": {"level": "WARNING"},
                "axes": {"level": "ERROR"},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *steps,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
