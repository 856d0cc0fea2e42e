"""The pupil's own password."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import Kind
from accounts.portal import access
from accounts.portal.actions import own_password, sessions
from accounts.portal.forms import WRONG_PASSWORD, ChangePasswordForm, OwnPasswordForm
from accounts.portal.requests import PortalRequest
from schoolloket.core.exceptions import LinkDead


@access.with_temporary_password
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def password(request: PortalRequest) -> HttpResponse:
    """Choose an own password: at once after a temporary one, else when the pupil likes (R8)."""
    session = request.pupil_session
    account = session.account
    if account.kind != Kind.ADVANCED:
        return redirect("portal:home")

    first = account.must_change_password
    form_class = OwnPasswordForm if first else ChangePasswordForm
    form = form_class(request.POST or None, account=account)
    context = {"form": form, "first": first}
    if not form.is_valid():
        return render(request, "portal/password.html", context)

    if not first:
        confirmed = sessions.confirm_password(
            session=session,
            password=form.cleaned_data["old"],
            by=request.by,
        )
        if not confirmed:
            form.add_error("old", WRONG_PASSWORD)
            return render(request, "portal/password.html", context)

    try:
        own_password.choose_password(
            session=session,
            password=form.cleaned_data["password"],
            by=request.by,
        )
    except LinkDead:
        # Since this request began the desk renewed the password, which ended the session.
        return redirect("portal:sign_in")

    messages.success(request, "Je nieuwe wachtwoord is bewaard.")
    if first and not account.email:
        return redirect("portal:email")
    return redirect("portal:home")
