from typing import Any

from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give every page of a school's desk its institution."""
    return {"institution": getattr(request, "institution", None)}
