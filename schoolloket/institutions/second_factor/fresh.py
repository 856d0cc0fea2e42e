"""Whether the manager proved who it is just now: asked before a change of rights, of a factor or of
the own e-mail address (R14)."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from schoolloket.institutions.requests import STRONG_STEPS, referring_page

from . import enrolment
from .factors import factors_of

PASSWORD = "password"  # noqa: S105


def is_fresh(request: HttpRequest) -> bool:
    """Whether a factor, or the organisation's own sign-in, was given in the last ten minutes.

    The password counts for a manager without a factor only.
    """
    wanted = STRONG_STEPS
    if not factors_of(request.user).exists():  # type: ignore[arg-type]
        wanted = STRONG_STEPS | {PASSWORD}

    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record["method"] in wanted and record["at"] > since for record in records)


def must_prove_again() -> bool:
    """Whether the sign-in library has to ask again before a change of a factor.

    Not on the way to the first one: the link in the mail and the sign-in are of just now.
    """
    request = context.request
    if not factors_of(request.user).exists() and enrolment.has_link(request, request.user):
        return False
    return not is_fresh(request)


def asks_again(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view ask the manager again who it is, where that was more than ten minutes ago.

    A form that was posted too late leads back to its page: what is typed is then asked again.
    """

    @wraps(view)
    def asking(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request):
            return view(request, *args, **kwargs)

        page = request.get_full_path()
        if request.method not in ("GET", "HEAD"):
            page = referring_page(request)
        return HttpResponseRedirect(f"{reverse('prove_again')}?{urlencode({'next': page})}")

    return asking
