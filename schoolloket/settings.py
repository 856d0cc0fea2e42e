"""All settings. A deployment gives its own in the environment; docs/operations.md lists those."""

from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels

from . import environment

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = environment.required("SECRET_KEY")
DEBUG = environment.flag("DEBUG")
DEMO = environment.flag("DEMO")

# The product's own ------------------------------------------------------------------------------

# Newest first: the first one seals, all of them open.
VAULT_KEYS = environment.vault_keys()
# Newest first: the first one hashes passwords, all of them verify.
PEPPER_KEYS = environment.pepper_keys()
# Key of the hash by which national numbers are matched. It can never change: the numbers
# themselves are not kept, so nothing could be hashed again.
MATCHING_KEY = environment.required("MATCHING_KEY")

DRAFT_MINUTES = environment.number("DRAFT_MINUTES", 60)
PRINTABLE_HOURS = environment.number("PRINTABLE_HOURS", 24)
PRINTABLE_MINUTES_AFTER_DOWNLOAD = environment.number("PRINTABLE_MINUTES_AFTER_DOWNLOAD", 60)
# After so many months without a running enrolment a student is erased, with the LeerID (R12).
ERASE_AFTER_MONTHS = environment.number("ERASE_AFTER_MONTHS", 24)
BATCH_LIMIT = 5_000
# The list's ready-made selections, in the order of the page; each in the room that has its data.
READY_MADE_SELECTIONS = [
    "accounts.selections.WITHOUT_ACCOUNT",
    "credentials.selections.NEVER_PRINTED",
    "credentials.selections.NOT_PRINTED_THIS_YEAR",
    "accounts.selections.UNUSED_PASSWORD",
    "accounts.selections.NEVER_SIGNED_IN",
    "accounts.selections.NEW",
    "accounts.selections.MOVING_UP",
    "accounts.selections.NOT_NEXT_YEAR",
    "accounts.selections.LEAVING_SOON",
    "credentials.selections.CLASS_CHANGED",
]
IMPORT_MAX_BYTES = 10 * 1024 * 1024
IMPORT_MAX_ROWS = 20_000

# The URL of the desk decides hosts, cookies, HSTS and the redirect to https ---------------------

DESK = environment.site("DESK_URL")
PORTAL = environment.portal_site("PORTAL_URL", default=f"{DESK.url}/mijn")

ALLOWED_HOSTS = sorted({DESK.host, PORTAL.host})
SECURE_SSL_REDIRECT = DESK.secure
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if DESK.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = DESK.secure
SECURE_HSTS_PRELOAD = DESK.secure
# A desk with https runs behind a proxy that ends TLS and sets this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if DESK.secure else None
SESSION_COOKIE_SECURE = DESK.secure
CSRF_COOKIE_SECURE = DESK.secure
SESSION_COOKIE_NAME = DESK.cookie_name("loket")
CSRF_COOKIE_NAME = DESK.cookie_name("csrf")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "schoolloket.institutions.views.csrf_failure"
# The organisation's own sign-in: None where the deployment names no provider.
SSO = environment.single_sign_on()

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # For the ticks and arrows in Bootstrap's stylesheet.
        "img-src": [SELF, "data:"],
        # The button of the organisation's own sign-in leads there.
        "form-action": [SELF, *([SSO.origin] if SSO else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Applications, middleware, templates -----------------------------------------------------------

INSTALLED_APPS = [
    "schoolloket.institutions",
    "students",
    "accounts",
    "accounts.portal",
    "credentials",
    "schoolloket.privacy",
    "schoolloket.identity",
    "schoolloket.access",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    *(["schoolloket.demo"] if DEMO else []),
]

MIDDLEWARE = [
    "schoolloket.core.middleware.IsolationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "schoolloket.core.middleware.NoStoreMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Nobody gets in without a sign-in, and no manager into another's school.
    "schoolloket.institutions.middleware.SignInFirstMiddleware",
    "schoolloket.institutions.middleware.DeskLockMiddleware",
    "schoolloket.institutions.second_factor.middleware.SecondFactorMiddleware",
    "schoolloket.institutions.middleware.InstitutionMiddleware",
    "credentials.middleware.ExpiryMiddleware",
    "accounts.portal.middleware.PortalMiddleware",
]

ROOT_URLCONF = "schoolloket.urls"
WSGI_APPLICATION = "schoolloket.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "schoolloket.institutions.context_processors.desk",
                "credentials.context_processors.waiting_batches",
            ],
        },
    }
]

FORM_RENDERER = "schoolloket.core.forms.FormRenderer"

# Data ------------------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.config(default=f"sqlite:///{BASE_DIR / 'schoolloket.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Opening the file, and the checkpoint when its last connection closes, cost more than a page.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA secure_delete=ON;",
    }
else:
    # When the database does not answer, the error page appears after five seconds.
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 34, "timeout": 5}}
    # A request never gets a connection that was lost in a restart of the database.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # A flood of new counters of failed sign-ins must not evict the others.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# A renewal of 5,000 pupils posts a tick, a username and a kind a row, and a menu a class.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4 * BATCH_LIMIT
# Uploaded files stay in memory, never on disk (R5).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = IMPORT_MAX_BYTES + 64 * 1024

# Managers' sign-in -----------------------------------------------------------------------------

AUTH_USER_MODEL = "institutions.Manager"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.PepperedArgon2idHasher",
    # For hashes from before the pepper; each is renewed at its next sign-in.
    "accounts.hashers.Argon2idHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "schoolloket.institutions.password_validation.NotLikeTheManager",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {
        "NAME": "schoolloket.institutions.password_validation.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "schoolloket.institutions.password_validation.NotCommon"},
    {"NAME": "schoolloket.institutions.password_validation.NotOnlyDigits"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "choose_institution"
ACCOUNT_ADAPTER = "schoolloket.institutions.adapter.ManagerAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {"reset_password": "schoolloket.institutions.forms.ForgottenForm"}
# Django's own: the library's would store the manager's address in a second place.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_RATE_LIMITS = {
    # Attempts to sign in have limits of their own: schoolloket/institutions/attempts.py.
    "login": None,
    "login_failed": None,
    "reauthenticate": "10/15m/user",
    "change_password": "10/15m/user",
    "reset_password": "20/h/ip",
}
# Whether nobody opens the desk with a password alone, or a factor is offered only (R14). The demo
# has no telephones.
SECOND_FACTOR = environment.choice(
    "SECOND_FACTOR", ["offered", "required"] if DEMO else ["required", "offered"]
)
MFA_ADAPTER = "schoolloket.institutions.second_factor.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "schoolloket.institutions.second_factor.forms.CodeForm",
    "reauthenticate": "schoolloket.institutions.second_factor.forms.FreshCodeForm",
    "activate_totp": "schoolloket.institutions.second_factor.forms.EnrolAppForm",
    "add_webauthn": "schoolloket.institutions.second_factor.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# The library would look in a table of its own: an operator or a mailed link vouches for an address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# In half minutes: for who types slowly, and a telephone whose clock is off (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "LeerID Schoolloket"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# In seconds: after this, a change of rights or of a factor asks again who it is.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60

SOCIALACCOUNT_ADAPTER = "schoolloket.institutions.single_sign_on.adapter.OrganisationAdapter"
# An address that a provider asserts opens nobody's account (R13).
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
# In seconds: how long the desk waits for the provider.
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXIES", 1 if DESK.secure else 0)

# A desk that is left alone locks: the session ends so many seconds after the last request.
SESSION_COOKIE_AGE = 30 * 60
# From the sign-in, however busy the desk is.
SESSION_HOURS = 12
# For who came in through the organisation's own sign-in: the claims are read again after it.
SSO_SESSION_HOURS = 8
SESSION_ENGINE = "schoolloket.institutions.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Language, files, mail, logs -------------------------------------------------------------------

LANGUAGE_CODE = "nl-be"
TIME_ZONE = "Europe/Brussels"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

MESSAGE_STORAGE = "schoolloket.core.messages.MessageStorage"
MESSAGE_TAGS = {message_levels.ERROR: "danger"}

EMAIL_BACKEND = (
    "schoolloket.demo.mail.DemoMail" if DEMO else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_FILE_PATH = BASE_DIR / ".demo" / "mail"
EMAIL_TIMEOUT = 20
# Mails are sent after the answer, in a thread; see schoolloket/core/background.py.
WORK_IN_BACKGROUND = True
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_TLS")
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", f"schoolloket@{DESK.host}")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Every handler has this formatter: another one would write names and tokens.
    "formatters": {
        "lines": {
            "()": "schoolloket.core.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    # The demo's terminal shows its URL, not the log lines that a restore would need.
    "root": {"handlers": ["console"], "level": "WARNING" if DEMO else "INFO"},
}
