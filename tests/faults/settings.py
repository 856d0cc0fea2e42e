"""What the servers of these tests run on: the tests' settings, a database and mail of their own."""

import os

from tests.settings import *

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = os.environ.get("FAULTS_MAIL", "/nonexistent")
