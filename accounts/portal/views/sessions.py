"""Sign in, the account page, and sign out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Account, Kind
from accounts.pictures import GRID, PASSWORD_LENGTH
from accounts.portal import access, cookies, printed_codes
from accounts.portal.actions import sessions
from accounts.portal.device import Device
from accounts.portal.forms import PICTURES, WORDS, SignInForm, chosen_pictures
from accounts.portal.models import SIGN_INS_SHOWN
from accounts.portal.requests import PortalRequest
from schoolloket.core import clock
from schoolloket.core.exceptions import SignInBusy
from schoolloket.core.patience import busy_page
from schoolloket.core.text import mask_email
from students.models import Enrolment

from .printed_codes import open_code

# One message for every reason: it must not reveal whether a username exists.
NOT_SIGNED_IN = (
    "Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar. Kijk ze nog eens na. "
    "Heb je al vaak geprobeerd? Wacht dan een kwartier. "
    "Lukt het niet, vraag dan raad aan je leerkracht."
)


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def sign_in(request: PortalRequest, username: str = "") -> HttpResponse:
    """Sign in with a typed password or on the grid; the printed URL fills in the username."""
    if printed_codes.PARAMETER in request.GET:
        return open_code(request, username)

    device = cookies.device_of(request)
    attempt = None
    if "sign_in" in request.POST:
        # Without JavaScript every picture is posted on its own: that is no attempt yet.
        attempt = request.POST
    form = SignInForm(attempt, initial={"username": request.POST.get("username", username)})
    if not form.is_valid():
        return _sign_in_page(request, form, device)

    try:
        signed_in = sessions.sign_in(
            username=form.cleaned_data["username"],
            password=form.submitted_password,
            ip_address=request.by.ip_address or "",
            device=device,
        )
    except SignInBusy as busy:
        return busy_page(request, "portal/busy.html", busy)
    if signed_in is None:
        form.add_error(None, NOT_SIGNED_IN)
        return _sign_in_page(request, form, device)

    account, token = signed_in
    mode = WORDS
    if form.slugs:
        mode = PICTURES
    return _signed_in(request, token, device.after_sign_in(account, mode))


def _sign_in_page(request: PortalRequest, form: SignInForm, device: Device) -> HttpResponse:
    """Render the form, with the grid where the pupil signs in with pictures."""
    # What the page was switched to, else what the printed code says, else what was used here last.
    asked = request.POST.get("wijze") or request.GET.get("wijze")
    mode, other_mode = WORDS, PICTURES
    if (asked or device.mode) == PICTURES:
        mode, other_mode = PICTURES, WORDS

    chosen = []
    if not form.errors:
        # After an error the pupil starts again with no picture chosen.
        chosen = chosen_pictures(request.POST)

    context = {
        "form": form,
        "grid": mode == PICTURES,
        "mode": mode,
        "other_mode": other_mode,
        "pictures": GRID,
        "chosen": chosen,
        "most": PASSWORD_LENGTH,
    }
    response = render(request, "portal/sign_in.html", context)
    cookies.set_new_device(request, response, device)
    return response


def _signed_in(request: PortalRequest, token: str, device: Device) -> HttpResponse:
    """Start the new session, and end the one that this browser had."""
    if request.pupil_session:
        sessions.sign_out(session=request.pupil_session)

    response = redirect("portal:home")
    cookies.set_session(response, token)
    cookies.set_device(response, device)
    return response


@access.pupil
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """Show the pupil's account, the last sign-ins, and what can be changed."""
    account = request.pupil_session.account
    context = {
        "account": account,
        "enrolment": _enrolment_of(account),
        "sign_ins": account.portal_sessions.all()[:SIGN_INS_SHOWN],
        "masked_email": mask_email(account.email),
        "advanced": account.kind == Kind.ADVANCED,
    }
    return render(request, "portal/home.html", context)


def _enrolment_of(account: Account) -> Enrolment | None:
    """Return the enrolment to show: the one that runs, else the one that lies ahead."""
    return (
        Enrolment.objects.running_or_ahead(clock.today())
        .filter(student=account.student)
        .select_related("institution")
        .order_by("starts_on")
        .first()
    )


@access.with_temporary_password
@require_POST
def sign_out(request: PortalRequest) -> HttpResponse:
    """End the session; the device stays known, so that nobody else's guesses make it wait."""
    sessions.sign_out(session=request.pupil_session)
    response = redirect("portal:sign_in")
    cookies.delete_session(response)
    messages.success(request, "Je bent afgemeld.")
    return response


@access.pupil
@require_POST
def sign_out_everywhere(request: PortalRequest) -> HttpResponse:
    """End the sessions on all devices, this one too."""
    sessions.sign_out_everywhere(account=request.pupil_session.account)
    response = redirect("portal:sign_in")
    cookies.delete_session(response)
    messages.success(request, "Je bent overal afgemeld.")
    return response
