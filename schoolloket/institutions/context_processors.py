"""Variables for the template of every page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give a page of the desk its institution, and an error page the base template around it.

    `institution`: None outside a school's desk.
    """
    frame = "base.html"
    in_portal = request.path.startswith(reverse("portal:sign_in"))
    if in_portal:
        frame = "portal/base.html"

    return {
        "institution": getattr(request, "institution", None),
        "in_portal": in_portal,
        "frame": frame,
    }
