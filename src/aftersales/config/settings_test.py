"""Settings of the test runs: no data folder of a real user is touched, passwords are cheap, tasks run at once."""

import os
import tempfile
from pathlib import Path

os.environ["AFTERSALES_SECRET_KEY"] = "tests-only-" + "x" * 50
os.environ.setdefault("AFTERSALES_DATA", str(Path(tempfile.gettempdir()) / f"aftersales-tests-{os.getpid()}"))
os.environ.setdefault("AFTERSALES_LOG", "console")
# tests/conftest_database.py starts a server when the first test asks for it and points Django there. The address
# here reaches nothing, so that no test ever meets a real DATABASE_URL.
os.environ["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"

from aftersales.config.settings import *  # noqa: F403
from aftersales.config.settings import DATABASES, MIDDLEWARE

MIDDLEWARE = [*MIDDLEWARE, "tests.conftest_strictness.ReadOnlyGetMiddleware"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
AXES_ENABLED = False
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
