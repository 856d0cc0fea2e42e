"""Variables for the template of every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from . import lock


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give a page of the desk its institution, and an error page the base template around it.

    `institution`: None outside a school's desk. `helper`: the right of a helper, None for others.
    `lock_cookie`: the name of the cookie that the script of the lock reads.
    `sign_in_of_organisation`: the name of the provider, None where the deployment names none.
    """
    frame = "base.html"
    in_portal = request.path.startswith(reverse("portal:sign_in"))
    if in_portal:
        frame = "portal/base.html"

    by = getattr(request, "actor", None)
    helper = None
    if by and by.is_helper:
        helper = by.right

    return {
        "lock_cookie": lock.COOKIE,
        "helper": helper,
        "institution": getattr(request, "institution", None),
        "in_portal": in_portal,
        "frame": frame,
        "sign_in_of_organisation": getattr(settings.SSO, "name", None),
    }
