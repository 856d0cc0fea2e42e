from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give every page of a school's desk its institution, and a page for an error its frame."""
    in_portal = request.path.startswith(reverse("portal:sign_in"))
    return {
        "institution": getattr(request, "institution", None),
        "in_portal": in_portal,
        "frame": "portal/base.html" if in_portal else "base.html",
    }
