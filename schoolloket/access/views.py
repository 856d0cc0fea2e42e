"""The page Toegang, and the way in for who was invited."""

from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schoolloket.core.clock import today
from schoolloket.core.exceptions import InvitationGone, MoreThanOwn, NoLongerHere, Refused
from schoolloket.institutions.forms import ReasonForm
from schoolloket.institutions.models import AccessEvent, Institution, Invitation, Manager
from schoolloket.institutions.requests import DeskRequest
from schoolloket.institutions.second_factor import enrolment
from schoolloket.institutions.second_factor.fresh import asks_again

from . import actions
from .forms import GrantForm, InviteForm, JoinForm
from .grants import Grant
from .people import people_of

EVENTS_ON_A_PAGE = 50
INVITATION = "invitation_token"


# The page --------------------------------------------------------------------------------------


def or_the_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead to the page with the reason where the view is refused.

    Answers 404 for a right or an invitation that is another school's, or gone.
    """

    @wraps(view)
    def view_of_page(request: DeskRequest, **ids: int) -> HttpResponse:
        try:
            return view(request, **ids)
        except (InvitationGone, NoLongerHere) as gone:
            raise Http404 from gone
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("access", request.institution.number)

    return view_of_page


@require_safe
def access(request: DeskRequest) -> HttpResponse:
    """Who works at this desk, who is invited, and the log of what each did."""
    people = people_of(request.institution, request.user, today())
    whose = _whose(request, [person.right.manager for person in people])
    events = AccessEvent.objects.of(request.institution).select_related("manager", "by")
    if whose:
        events = events.about(whose)

    context = {
        "people": people,
        "invitations": _invitations(request.institution),
        "events": Paginator(events, EVENTS_ON_A_PAGE).get_page(request.GET.get("pagina")),
        "whose": whose,
    }
    return render(request, "access/access.html", context)


def _whose(request: DeskRequest, managers: list[Manager]) -> Manager | None:
    """Return the manager to whom the log is narrowed, one of this desk."""
    chosen = request.GET.get("wie", "")
    return next((one for one in managers if str(one.pk) == chosen), None)


def _invitations(institution: Institution) -> list[tuple[Invitation, Grant]]:
    invitations = Invitation.objects.filter(institution=institution).order_by("email")
    return [(one, Grant.of(one)) for one in invitations.select_related("invited_by")]


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def invite(request: DeskRequest) -> HttpResponse:
    """Invite somebody by mail."""
    form = InviteForm(request.POST or None, institution=request.institution)
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            actions.invite(by=request.actor, email=email, grant=form.grant)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _done(request, f"De uitnodiging voor {email} is onderweg.")
    return render(request, "access/invite.html", {"form": form})


@require_POST
@asks_again
@or_the_page
def send_again(request: DeskRequest, invitation_id: int) -> HttpResponse:
    """Mail an invitation again, with a new link."""
    actions.send_again(by=request.actor, invitation_id=invitation_id)
    return _done(request, "De uitnodiging is opnieuw onderweg, met een nieuwe link.")


@require_POST
@asks_again
@or_the_page
def withdraw(request: DeskRequest, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    actions.withdraw(by=request.actor, invitation_id=invitation_id)
    return _done(request, "De uitnodiging is ingetrokken: de link werkt niet meer.")


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
@or_the_page
def change(request: DeskRequest, right_id: int) -> HttpResponse:
    """Change role, classes and last day of somebody else's right."""
    right = actions.right_here(request.actor, right_id)
    form = GrantForm(request.POST or None, institution=request.institution, current=Grant.of(right))
    if form.is_valid():
        try:
            actions.change(by=request.actor, right_id=right_id, grant=form.grant)
        except MoreThanOwn as refused:
            form.add_error(None, str(refused))
        else:
            return _done(request, f"De toegang van {right.manager} is gewijzigd.")
    return render(request, "access/change.html", {"form": form, "right": right})


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
@or_the_page
def end(request: DeskRequest, right_id: int) -> HttpResponse:
    """End somebody else's right, after a page that says what that means."""
    right = actions.right_here(request.actor, right_id)
    if request.method != "POST":
        return render(request, "access/end.html", {"right": right, "grant": Grant.of(right)})

    manager = actions.end(by=request.actor, right_id=right_id)
    return _done(request, f"{manager} kan niet meer in dit loket.")


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
@or_the_page
def reset_factor(request: DeskRequest, right_id: int) -> HttpResponse:
    """Erase the lost factor of somebody else at this desk, with a reason (R14)."""
    right = actions.right_here(request.actor, right_id)
    form = ReasonForm(request.POST or None)
    if not form.is_valid():
        return render(request, "access/reset_factor.html", {"form": form, "right": right})

    manager = actions.reset_factor(by=request.actor, right_id=right_id, **form.cleaned_data)
    return _done(request, f"{manager} krijgt een mail om een tweede stap in te stellen.")


def _done(request: DeskRequest, said: str) -> HttpResponse:
    """Lead to the page, which says what was done."""
    messages.success(request, said)
    return redirect("access", request.institution.number)


# The way in ------------------------------------------------------------------------------------


@login_not_required
@sensitive_variables("token")
@require_safe
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address."""
    request.session[INVITATION] = token
    return redirect("accept_invitation")


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest) -> HttpResponse:
    """Accept an invitation: as somebody new with a name and a password, or as who signed in."""
    token = request.session.get(INVITATION, "")
    try:
        invitation = actions.open_invitation(token)
        known = Manager.objects.filter(email=invitation.email).first()
        if known is None:
            return _join(request, invitation, token)
        if request.user != known:
            return _ask_to_sign_in(request, invitation)
        return _accept(request, invitation, token, known)
    except InvitationGone:
        return render(request, "access/invitation_gone.html", status=410)


def _join(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invitation.email)
    if not form.is_valid():
        context = {"form": form, "invitation": invitation, "grant": Grant.of(invitation)}
        return render(request, "access/join.html", context)

    manager = actions.join(token=token, **form.cleaned_data)
    request.session.flush()
    perform_password_login(request, {"email": manager.email}, Login(user=manager))
    enrolment.allow(request, manager)
    return redirect("enrol")


def _ask_to_sign_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Somebody with this address signs in, and comes back here; another one signs out first."""
    context = {
        "invitation": invitation,
        "grant": Grant.of(invitation),
        "sign_in": f"{reverse('account_login')}?next={reverse('accept_invitation')}",
    }
    return render(request, "access/invitation_sign_in.html", context)


def _accept(
    request: HttpRequest, invitation: Invitation, token: str, manager: Manager
) -> HttpResponse:
    if request.method != "POST":
        context = {"invitation": invitation, "grant": Grant.of(invitation)}
        return render(request, "access/accept.html", context)

    institution = actions.accept(token=token, manager=manager)
    del request.session[INVITATION]
    messages.success(request, f"Je werkt voortaan ook in het loket van {institution.name}.")
    return redirect("desk_home", institution.number)
