"""The real settings without the project's apps: these tests are about the ground, and must start fast."""

from aftersales.config.settings import *  # noqa: F403
from aftersales.config.settings import INSTALLED_APPS

INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith(("aftersales", "allauth", "axes"))]
MIDDLEWARE: list[str] = []
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_USER_MODEL = "auth.User"
ROOT_URLCONF = "tests.runtime.bare_urls"
TASKS = {"default": {"BACKEND": "django_ox.backend.OxBackend", "QUEUES": []}}

TOKEN_MIDDLEWARE: list[str] = []
