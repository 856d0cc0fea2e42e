"""To the organisation's own sign-in, and back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from . import provider
from .deployment import sso
from .discovery import ProviderDown


def where_there_is_a_provider(view: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Let a page not exist where the deployment names no provider."""

    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        sso()
        return view(request)

    return login_not_required(page)


@where_there_is_a_provider
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the provider. A POST: no other site signs a browser in by a link."""
    return provider.sign_in(request, get_next_redirect_url(request))


@where_there_is_a_provider
@require_GET
@sensitive_variables()
def callback(request: HttpRequest) -> HttpResponse:
    """Take what the provider sends back, and let in whom it names."""
    organisation = provider.organisation(request)
    view = OAuth2CallbackView.adapter_view(provider.CodeExchange(request, organisation.sub_id))
    try:
        answer: HttpResponse = view(request)
    except ProviderDown as error:
        # The library asks for the endpoints before it is prepared for a failure.
        answer = render_authentication_error(request, organisation, exception=error)
    return answer
