"""The project's settings with the secrets of the tests and hashes that cost nothing."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-the-tests-" + "x" * 40)
os.environ.setdefault("VAULT_KEYS", "dGVzdC1rZXktMzItYnl0ZXMtbG9uZy1mb3ItdGVzdHM=")
os.environ.setdefault("MATCHING_KEY", "matching-key-of-the-tests")
os.environ["DESK_URL"] = "http://localhost:8000"

from schoolloket.settings import *  # noqa: E402

PASSWORD_HASHERS = ["tests.hashers.CheapArgon2idHasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
