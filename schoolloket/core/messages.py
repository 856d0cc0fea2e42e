"""Messages that the next page shows, in a cookie that no other host can set."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class MessageCookie(CookieStorage):
    cookie_name = settings.DESK.cookie_name("messages")


class MessageStorage(FallbackStorage):
    """In a cookie, since pupils have no session of Django's; too long ones in the session."""

    storage_classes = (MessageCookie, SessionStorage)
