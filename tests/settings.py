"""The project's settings with the secrets of the tests and hashes that cost nothing."""

import os
import tempfile
import uuid

os.environ.setdefault("SECRET_KEY", "only-for-the-tests-" + "x" * 40)
os.environ.setdefault("VAULT_KEYS", "dGVzdC1rZXktMzItYnl0ZXMtbG9uZy1mb3ItdGVzdHM=")
os.environ.setdefault("PEPPER_KEYS", "k1:cGVwcGVyLW9mLXRoZS10ZXN0cy0zMi1ieXRlcy1sb25n")
os.environ.setdefault("MATCHING_KEY", "matching-key-of-the-tests")
os.environ["DESK_URL"] = "http://localhost:8000"

from schoolloket.settings import *

PASSWORD_HASHERS = ["tests.hashers.CheapArgon2idHasher", "accounts.hashers.Argon2idHasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Static files come from their source folders: no test needs `collectstatic` first.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WORK_IN_BACKGROUND = False

# A file, where Django would take a database in memory: the browser's tests run a live server, and
# its threads would all share the one connection that such a database has, so that one request
# would commit another's half transaction. In a file every thread has its own, with WAL and
# IMMEDIATE as in production. A new name for each process: runs stand side by side, and the journal
# that a killed process leaves would be taken for the next one's.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {
        "NAME": os.path.join(tempfile.gettempdir(), f"schoolloket-test-{uuid.uuid4().hex}.sqlite3")
    }
