"""The pages of the second factor that are our own; the others are the sign-in library's."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from schoolloket.core.text import mask_email
from schoolloket.institutions.requests import DeskRequest, author_of, came_by_provider
from schoolloket.institutions.single_sign_on import provider as single_sign_on

from . import actions, enrolment
from .adapter import SecondFactorAdapter
from .factors import Type, codes_left, factors_of


@require_safe
def second_factor_needed(request: DeskRequest) -> HttpResponse:
    """Say to somebody with a password alone that it takes a second step, and how to get one."""
    if factors_of(request.user).exists():
        return redirect("mfa_index")
    context = {"email": mask_email(request.user.email or "")}
    return render(request, "second_factor/needed.html", context)


@require_POST
def mail_enrolment_link(request: DeskRequest) -> HttpResponse:
    """Mail the link to the own address of the manager, who proved the password."""
    if factors_of(request.user).exists():
        return redirect("mfa_index")

    if actions.mail_link(manager=request.user, by=author_of(request)):
        messages.success(request, "De mail is onderweg. De link erin werkt een uur.")
    else:
        messages.warning(
            request, "Er zijn al enkele mails onderweg. Wacht een uur voor je verdergaat."
        )
    return redirect("second_factor_needed")


@login_not_required
@require_safe
@sensitive_variables("key")
def enrolment_link(request: HttpRequest, uidb36: str, key: str) -> HttpResponse:
    """Take the token out of the address, and lead by the sign-in to the choice of a factor."""
    enrolment.keep(request, key)
    return redirect("enrol")


@require_safe
def enrol(request: DeskRequest) -> HttpResponse:
    """Let the manager choose: an authenticator app, or a passkey."""
    return render(request, "second_factor/choose.html")


@require_safe
def prove_again(request: DeskRequest) -> HttpResponse:
    """Lead to the way in which this manager proves again who it is."""
    if came_by_provider(request, request.user):
        return single_sign_on.prove_again(request, get_next_redirect_url(request))

    first, *_ = get_adapter().get_reauthentication_methods(request.user)
    return redirect(f"{first['url']}?{urlencode({'next': request.GET.get('next', '/')})}")


@require_safe
def my_sign_in(request: DeskRequest) -> HttpResponse:
    """Mijn aanmelding: the own e-mail address, password, factors and recovery codes."""
    factors = factors_of(request.user).order_by("created_at")
    context = {
        "app": factors.filter(type=Type.TOTP).first(),
        "passkeys": [one.wrap() for one in factors.filter(type=Type.WEBAUTHN)],
        "codes_left": codes_left(request.user),
        "by_provider": came_by_provider(request, request.user),
    }
    return render(request, "second_factor/mine.html", context)


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Removes a passkey, but not the last factor."""

    pk_url_kwarg = "passkey_id"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Form) -> HttpResponse:
        adapter = SecondFactorAdapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")

        response: HttpResponse = super().form_valid(form)
        return response
