"""Django's settings: one module, steered by the environment (table of variables: docs/operations.md)."""

import os

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from aftersales.config import database, folders, logs, mail, worker


def _flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def _list(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


DATA_FOLDER = folders.data_folder()
DEBUG = _flag("AFTERSALES_DEBUG")
HTTPS = _flag("AFTERSALES_HTTPS")
SECRET_KEY = folders.secret_key()
ALLOWED_HOSTS = _list("AFTERSALES_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]

# -- applications, lowest first ------------------------------------------------------------------------------
PROJECT_APPS = (
    "aftersales.web",
    "aftersales.network",
    "aftersales.accounts",
    "aftersales.journal",
    "aftersales.standards",
    "aftersales.clocks",
    "aftersales.files",
    "aftersales.printing",
    "aftersales.notifications",
    "aftersales.search",
    "aftersales.staff",
    "aftersales.customers",
    "aftersales.vehicles",
    "aftersales.catalog",
    "aftersales.inventory",
    "aftersales.appointments",
    "aftersales.repairs",
    "aftersales.billing",
    "aftersales.care",
    "aftersales.insight",
    "aftersales.exchange",
    "aftersales.config",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "ninja",
    "django_ox",
    "axes",
    *PROJECT_APPS,
    # After our own apps, whose templates take precedence over the library's.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "aftersales.config.urls"
WSGI_APPLICATION = "aftersales.config.wsgi.application"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "aftersales.config.requests.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "aftersales.accounts.middleware.ActorMiddleware",
    "aftersales.accounts.middleware.RefusalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
# What an API call with a token passes: see config/wsgi.py.
TOKEN_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "aftersales.config.requests.RequestIdMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "aftersales.accounts.middleware.ActorMiddleware",
    "aftersales.accounts.middleware.RefusalMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django_cotton.cotton_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "aftersales.web.context.chrome",
            ],
        },
    }
]

FORM_RENDERER = "aftersales.web.forms.Renderer"
WEB_NAVIGATION = "aftersales.config.navigation.NAVIGATION"

# -- database: see config/database.py ------------------------------------------------------------------------
DATABASES = {"default": database.django_settings()}

# -- language and time ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [folders.PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- people --------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["aftersales.config.hashers.TunedArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "aftersales.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # sign-up is closed by the adapter; the library wants the list
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False  # the cookie goes with the browser window
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # counted by axes, for every process alike
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "aftersales"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow it on localhost only
IDLE_MINUTES = int(os.environ.get("AFTERSALES_IDLE_MINUTES") or 15)
# Roles may demand a second factor; a demonstration that lives for an hour may do without.
SECOND_FACTOR_ENFORCED = os.environ.get("AFTERSALES_SECOND_FACTOR", "").strip().lower() != "off"
PATHS_ANSWERING_FOR_THEMSELVES = ["/api/"]  # these say 401 as JSON instead of sending the reader to the sign-in page
# Counted by name and address together: a stranger cannot lock a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "aftersales.accounts.adapters.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# -- security headers and cookies ----------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "aftersales.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # one long working day
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "aftersales-session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "aftersales-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS and _flag("AFTERSALES_HSTS_SUBDOMAINS")
if _flag("AFTERSALES_TRUST_PROXY"):
    # Only behind a proxy that sets these itself: anyone else could claim https or another address.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    AXES_IPWARE_PROXY_COUNT = 1
    AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]

# -- files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
# Served from where the wheel (or the checkout) has them; no collectstatic step to forget.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_-]{8,12}\..+$"
# Uploaded files. There is no MEDIA_URL on purpose: `files` hands them out after asking who may see them.
MEDIA_ROOT = DATA_FOLDER / "files"
# Big uploads arrive here, where the sweeper finds what a killed server left half received; `ready` makes the folder.
FILE_UPLOAD_TEMP_DIR = DATA_FOLDER / folders.UPLOADS if (DATA_FOLDER / folders.UPLOADS).is_dir() else None
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# -- background work, mail, logs -----------------------------------------------------------------------------
TASKS = {
    "default": {
        "BACKEND": "django_ox.backend.OxBackend",
        "QUEUES": [],
        "OPTIONS": {
            "MAX_ATTEMPTS": 5,
            "LOCK_TIMEOUT": 120,
            "BACKOFF_INITIAL": 5,
            "BACKOFF_MAX": 600,
            "SCHEDULES": worker.schedules(),
        },
    }
}
MAILERS = mail.mailers(os.environ.get("AFTERSALES_MAIL_URL", ""))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("AFTERSALES_MAIL_FROM", "aftersales@localhost")
LOGGING_CONFIG = None
logs.configure(debug=DEBUG)
