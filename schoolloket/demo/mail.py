"""The demo's mail server."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as Console
from django.core.mail.backends.filebased import EmailBackend as Folder


class DemoMail(BaseEmailBackend):
    """Write each mail to a file in EMAIL_FILE_PATH and show it in the terminal."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Folder().send_messages(email_messages)
        return Console().send_messages(email_messages)
