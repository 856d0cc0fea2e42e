"""Nobody is at the desk, or in `/beheer/`, with a password alone (R14)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from schoolloket.institutions.requests import STRONG_STEPS, steps_of

from . import enrolment, remembered


class SecondFactorMiddleware(MiddlewareMixin):
    """Deny by default: a session with a password alone sees how to get a second factor, no more.

    SignInFirstMiddleware comes before, for visitors without a session.
    """

    def process_view(
        self,
        request: Any,
        view: Callable[..., Any],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponseRedirect | None:
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if steps_of(request, request.user) & STRONG_STEPS:
            return None

        page = request.resolver_match.url_name
        if page in enrolment.WAY_TO_A_FACTOR:
            return None
        if page in enrolment.PAGES:
            return enrolment.refuse_without_link(request)
        if settings.SECOND_FACTOR == "required":
            return redirect("second_factor_needed")
        return None

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if getattr(request, "forgets_factor", False):
            remembered.remove(response)
        return response
