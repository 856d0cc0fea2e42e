"""Settings of the servers of these tests: the tests' own, with another database and mail folder."""

import os

from tests.settings import *

# What these tests break has nothing to do with the second step of a sign-in.
SECOND_FACTOR = "offered"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = os.environ.get("FAULTS_MAIL", "/nonexistent")
