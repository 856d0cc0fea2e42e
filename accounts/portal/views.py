"""Mijn LeerID: the pupils' own pages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Account, Kind
from accounts.pictures import GRID, PASSWORD_LENGTH
from accounts.portal.actions import mailed_links, own_password, sessions
from schoolloket.core import clock, exceptions
from schoolloket.core.text import mask_email
from students.models import Enrolment

from . import access, background, cookies
from .device import Device
from .forms import (
    PICTURES,
    WORDS,
    ChangePasswordForm,
    EmailForm,
    ForgottenForm,
    OwnPasswordForm,
    SignInForm,
    refuse,
)
from .grid import chosen
from .models import SIGN_INS_SHOWN, MailToken
from .requests import PortalRequest

# One answer for every reason: it must not tell whether a username exists.
NOT_SIGNED_IN = (
    "Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar. Kijk ze nog eens na. "
    "Heb je al vaak geprobeerd? Wacht dan een kwartier. "
    "Lukt het niet, vraag dan raad aan je leerkracht."
)
forms_post = require_http_methods(["GET", "HEAD", "POST"])


@access.public
@forms_post
@sensitive_post_parameters()
def sign_in(request: PortalRequest, username: str = "") -> HttpResponse:
    """Sign in with a typed password or on the grid; the printed address fills in the username."""
    device = cookies.device_of(request)
    # Without JavaScript every picture is posted on its own: not a try yet.
    tried = request.POST if "sign_in" in request.POST else None
    form = SignInForm(tried, initial={"username": request.POST.get("username", username)})
    if form.is_valid():
        done = _sign_in(request, form, device)
        if done:
            return done
        refuse(form, None, NOT_SIGNED_IN)
    grid = _mode(request, device) == PICTURES
    context = {
        "form": form,
        "grid": grid,
        "mode": PICTURES if grid else WORDS,
        "other_mode": WORDS if grid else PICTURES,
        "pictures": GRID,
        "chosen": [] if form.errors else chosen(request.POST),
        "most": PASSWORD_LENGTH,
    }
    return render(request, "portal/sign_in.html", context)


def _mode(request: PortalRequest, device: Device) -> str:
    """What the page was switched to, else what the printed code says, else used here last."""
    asked = request.POST.get("wijze") or request.GET.get("wijze")
    return asked or device.mode or WORDS


def _sign_in(request: PortalRequest, form: SignInForm, device: Device) -> HttpResponse | None:
    done = sessions.sign_in(
        username=form.cleaned_data["username"],
        password=form.proof,
        ip_address=request.by.ip_address or "",
        device=device,
    )
    if done is None:
        return None
    account, token = done
    if request.pupil_session:
        sessions.sign_out(session=request.pupil_session)
    response = redirect("portal:home")
    cookies.set_session(response, token)
    mode = PICTURES if form.pictures else WORDS
    cookies.set_device(response, device.after_sign_in(account, mode))
    return response


@access.pupil
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """Who is signed in, and what can be done."""
    account = request.pupil_session.account
    context = {
        "account": account,
        "enrolment": _enrolment(account),
        "sign_ins": account.portal_sessions.all()[:SIGN_INS_SHOWN],
        "masked_email": mask_email(account.email),
        "advanced": account.kind == Kind.ADVANCED,
    }
    return render(request, "portal/home.html", context)


def _enrolment(account: Account) -> Enrolment | None:
    """The enrolment to name: the one that runs, else the one that lies ahead."""
    enrolments = Enrolment.objects.running_or_ahead(clock.today()).filter(student=account.student)
    return enrolments.select_related("institution").order_by("starts_on").first()


@access.with_temporary_password
@require_POST
def sign_out(request: PortalRequest) -> HttpResponse:
    sessions.sign_out(session=request.pupil_session)
    response = redirect("portal:sign_in")
    cookies.delete_session(response)
    messages.success(request, "Je bent afgemeld.")
    return response


# Password --------------------------------------------------------------------------------------


@access.with_temporary_password
@forms_post
@sensitive_post_parameters()
def password(request: PortalRequest) -> HttpResponse:
    """Choose an own password: at once after a temporary one, else when the pupil likes (R8)."""
    account = request.pupil_session.account
    if account.kind != Kind.ADVANCED:
        return redirect("portal:home")
    first = account.must_change_password
    form = (OwnPasswordForm if first else ChangePasswordForm)(request.POST or None, account=account)
    if form.is_valid() and _proved(request, form):
        try:
            own_password.choose_password(
                session=request.pupil_session, password=form.cleaned_data["password"], by=request.by
            )
        except exceptions.LinkDead:
            # Renewed at the desk meanwhile, which ended the session.
            return redirect("portal:sign_in")
        messages.success(request, "Je nieuwe wachtwoord is bewaard.")
        return redirect("portal:email" if first and not account.email else "portal:home")
    return render(request, "portal/password.html", {"form": form, "first": first})


def _proved(request: PortalRequest, form: OwnPasswordForm) -> bool:
    """Whether the old password, where the form asks it, is right."""
    if "old" not in form.fields:
        return True
    proved = sessions.prove_again(
        session=request.pupil_session, password=form.cleaned_data["old"], by=request.by
    )
    if not proved:
        refuse(form, "old", "Dat is niet je wachtwoord. Na veel pogingen moet je even wachten.")
    return proved


# E-mail ----------------------------------------------------------------------------------------


@access.pupil
@forms_post
def email(request: PortalRequest) -> HttpResponse:
    """Link or change an e-mail address; nothing is linked before the mail is confirmed (R8)."""
    account = request.pupil_session.account
    if account.kind != Kind.ADVANCED:
        return redirect("portal:home")
    form = EmailForm(request.POST or None)
    if form.is_valid():
        try:
            mailed_links.ask_to_link(account=account, email=form.cleaned_data["email"])
        except exceptions.Refused as refused:
            refuse(form, "email", str(refused))
        else:
            return render(request, "portal/mail_sent.html", {"address": form.cleaned_data["email"]})
    context = {"form": form, "masked_email": mask_email(account.email)}
    return render(request, "portal/email.html", context)


@access.public
@require_safe
def open_link(request: PortalRequest, token: str) -> HttpResponse:
    """Take the token out of the address bar; a GET confirms nothing."""
    return _carry(token, "portal:confirm_link")


@access.public
@forms_post
def confirm_link(request: PortalRequest) -> HttpResponse:
    """Ask for the click that links the address."""
    token = request.COOKIES.get(cookies.LINK_COOKIE, "")
    try:
        mail = mailed_links.open_token(token, MailToken.Purpose.LINK)
        if request.method == "POST":
            mailed_links.confirm_link(token=token, by=request.by)
            return _without_token(render(request, "portal/linked.html"))
    except exceptions.LinkDead as dead:
        return _dead(request, str(dead))
    context = {"address": mail.email, "username": mail.account.username}
    return render(request, "portal/confirm_link.html", context)


# Forgotten -------------------------------------------------------------------------------------


@access.public
@forms_post
def forgotten(request: PortalRequest) -> HttpResponse:
    """Mail a link; the same answer and time whoever the username belongs to."""
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        background.run(mailed_links.ask_reset, username=form.cleaned_data["username"])
        return render(request, "portal/reset_sent.html")
    return render(request, "portal/forgotten.html", {"form": form})


@access.public
@require_safe
def open_reset(request: PortalRequest, token: str) -> HttpResponse:
    return _carry(token, "portal:reset")


@access.public
@forms_post
@sensitive_post_parameters()
def reset(request: PortalRequest) -> HttpResponse:
    """Choose an own password with the mailed link."""
    token = request.COOKIES.get(cookies.LINK_COOKIE, "")
    try:
        mail = mailed_links.open_token(token, MailToken.Purpose.RESET)
        form = OwnPasswordForm(request.POST or None, account=mail.account)
        if form.is_valid():
            mailed_links.reset_password(
                token=token, password=form.cleaned_data["password"], by=request.by
            )
            messages.success(request, "Je nieuwe wachtwoord is bewaard. Meld je ermee aan.")
            signed_in_as = redirect("portal:sign_in_as", mail.account.username)
            return _without_token(signed_in_as)
    except exceptions.LinkDead as dead:
        return _dead(request, str(dead))
    return render(request, "portal/password.html", {"form": form, "resets": True, "first": True})


# The token of a mail, carried in a cookie ------------------------------------------------------


def _carry(token: str, name: str) -> HttpResponse:
    response = redirect(name)
    cookies.set_link(response, token)
    return response


def _without_token(response: HttpResponse) -> HttpResponse:
    cookies.delete_link(response)
    return response


def _dead(request: PortalRequest, reason: str) -> HttpResponse:
    return _without_token(render(request, "portal/dead_link.html", {"reason": reason}, status=410))
