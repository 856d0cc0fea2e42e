"""Settings of the servers of these tests: the tests' own, with another database and mail folder."""

import os

from tests.settings import *

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = os.environ.get("FAULTS_MAIL", "/nonexistent")
