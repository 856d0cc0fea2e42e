"""Link an e-mail address, and reset a forgotten password, each through a mailed link (R8)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Kind
from accounts.portal import access, cookies
from accounts.portal.actions import mailed_links, own_password, sessions
from accounts.portal.forms import (
    WRONG_PASSWORD,
    EmailForm,
    ForgottenForm,
    OwnPasswordForm,
    ProvenEmailForm,
)
from accounts.portal.models import MailToken
from accounts.portal.requests import PortalRequest
from schoolloket.core import background
from schoolloket.core.exceptions import LinkDead, TooManyMails
from schoolloket.core.text import mask_email

# E-mail ----------------------------------------------------------------------------------------


@access.pupil
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def email(request: PortalRequest) -> HttpResponse:
    """Link or change an e-mail address; nothing is linked before the mail is confirmed.

    Who has the address can reset the password for good, so a session alone is not enough: it asks
    for the password, unless that was chosen just now.
    """
    session = request.pupil_session
    account = session.account
    if account.kind != Kind.ADVANCED:
        return redirect("portal:home")

    is_proven = own_password.has_just_chosen(session)
    form_class: type[EmailForm] = ProvenEmailForm
    if is_proven:
        form_class = EmailForm
    form = form_class(request.POST or None)
    context = {"form": form, "masked_email": mask_email(account.email)}
    if not form.is_valid():
        return render(request, "portal/email.html", context)

    if not is_proven:
        confirmed = sessions.confirm_password(
            session=session,
            password=form.cleaned_data["password"],
            by=request.by,
        )
        if not confirmed:
            form.add_error("password", WRONG_PASSWORD)
            return render(request, "portal/email.html", context)

    email = form.cleaned_data["email"]
    try:
        mailed_links.request_link(account=account, email=email)
    except TooManyMails as refused:
        form.add_error("email", str(refused))
        return render(request, "portal/email.html", context)

    return render(request, "portal/mail_sent.html", {"email": email})


@access.public
@require_safe
def open_link(request: PortalRequest, token: str) -> HttpResponse:
    """Carry the token in a cookie, out of the address bar; a GET confirms nothing."""
    response = redirect("portal:confirm_link")
    cookies.set_link(response, token)
    return response


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_link(request: PortalRequest) -> HttpResponse:
    """Ask for the click that links the e-mail address."""
    token = request.COOKIES.get(cookies.LINK_COOKIE, "")
    try:
        mail = mailed_links.get_open_token(token, MailToken.Purpose.LINK)
        if request.method != "POST":
            context = {"email": mail.email, "username": mail.account.username}
            return render(request, "portal/confirm_link.html", context)
        mailed_links.confirm_link(token=token, by=request.by)
    except LinkDead as dead:
        return _dead_link(request, dead)

    response = render(request, "portal/linked.html")
    cookies.delete_link(response)
    return response


# Forgotten -------------------------------------------------------------------------------------


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: PortalRequest) -> HttpResponse:
    """Mail a link; the response and its time are the same for every username."""
    form = ForgottenForm(request.POST or None)
    if not form.is_valid():
        return render(request, "portal/forgotten.html", {"form": form})

    background.run(mailed_links.request_reset, username=form.cleaned_data["username"])
    return render(request, "portal/reset_sent.html")


@access.public
@require_safe
def open_reset(request: PortalRequest, token: str) -> HttpResponse:
    """Carry the token in a cookie, out of the address bar."""
    response = redirect("portal:reset")
    cookies.set_link(response, token)
    return response


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def reset(request: PortalRequest) -> HttpResponse:
    """Choose an own password with the mailed link."""
    token = request.COOKIES.get(cookies.LINK_COOKIE, "")
    try:
        mail = mailed_links.get_open_token(token, MailToken.Purpose.RESET)
        form = OwnPasswordForm(request.POST or None, account=mail.account)
        if not form.is_valid():
            context = {"form": form, "resets": True, "first": True}
            return render(request, "portal/password.html", context)

        password = form.cleaned_data["password"]
        mailed_links.reset_password(token=token, password=password, by=request.by)
    except LinkDead as dead:
        return _dead_link(request, dead)

    messages.success(request, "Je nieuwe wachtwoord is bewaard. Meld je ermee aan.")
    response = redirect("portal:sign_in_as", mail.account.username)
    cookies.delete_link(response)
    return response


# Links that do not work ------------------------------------------------------------------------


def _dead_link(request: PortalRequest, dead: LinkDead) -> HttpResponse:
    """Show why the link does not work, as 410 Gone, and forget it."""
    response = render(request, "portal/dead_link.html", {"reason": str(dead)}, status=410)
    cookies.delete_link(response)
    return response
