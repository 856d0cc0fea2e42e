"""The answer where as much goes on as a process takes at a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.log import log_response

from .exceptions import Busy


def busy_page(request: HttpRequest, template: str, busy: Busy, **context: Any) -> HttpResponse:
    """Ask for a little patience: status 503, and after how many seconds to try again."""
    page = render(request, template, {"reason": str(busy)} | context, status=503)
    page["Retry-After"] = str(busy.seconds)
    # Here, since Django logs every 503 as an error, and nothing is wrong.
    log_response("Busy: %s", request.path, response=page, request=request, level="warning")
    return page
