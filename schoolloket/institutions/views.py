"""The choice of a school, and the answers that belong to no school."""

from allauth.account import views as sign_in
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schoolloket.core.exceptions import Refused
from schoolloket.core.text import LONGEST_SEARCH, SEARCH_TOO_LONG

from . import actions, email_changes, rights
from .forms import EmailForm
from .models import Institution
from .requests import DeskRequest, author_of, referring_page
from .second_factor.fresh import asks_again

# From this number of schools on, the page offers a search.
SEARCHABLE_FROM = 8


@require_safe
def choose_institution(request: DeskRequest) -> HttpResponse:
    """Instelling kiezen; with one institution, straight to its list."""
    managed = Institution.objects.filter(pk__in=rights.rights_of(request).values("institution"))
    total = managed.count()
    if total == 1:
        return redirect("students", managed.get().number)

    # PostgreSQL refuses a text with a NUL.
    query = request.GET.get("zoek", "").replace("\0", "").strip()
    if len(query) > LONGEST_SEARCH:
        messages.warning(request, SEARCH_TOO_LONG)
        query = ""
    for word in query.split():
        managed = managed.filter(
            Q(name__icontains=word) | Q(municipality__icontains=word) | Q(number__startswith=word)
        )

    context = {
        "institutions": managed,
        "query": query,
        "searchable": total >= SEARCHABLE_FROM,
    }
    return render(request, "institutions/choose.html", context)


@rights.for_helpers
@require_safe
def desk_home(request: DeskRequest) -> HttpResponse:
    """The start page of a school's desk: its list."""
    return redirect("students", request.institution.number)


@require_POST
def sign_out_everywhere(request: DeskRequest) -> HttpResponse:
    """End every session of the manager, this one too: another browser was left open."""
    actions.end_sessions(manager=request.user, by=author_of(request))

    auth.logout(request)
    messages.success(request, "Je bent overal afgemeld.")
    return redirect("account_login")


@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: DeskRequest) -> HttpResponse:
    """Mijn wachtwoord, for who has one: who comes in through the organisation makes none here."""
    if not request.user.has_usable_password():
        messages.warning(request, "Je hebt hier geen wachtwoord: je organisatie meldt je aan.")
        return redirect("mfa_index")

    page: HttpResponse = sign_in.password_change(request)
    return page


@require_safe
def form_token(request: DeskRequest) -> JsonResponse:
    """Give the forms of a page that was covered a token that works after the new sign-in."""
    return JsonResponse({"token": get_token(request)})


@asks_again
@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request: DeskRequest) -> HttpResponse:
    """Mail a link to the manager's new address, which changes it."""
    form = EmailForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        actions.ask_email_change(manager=request.user, email=email)
        messages.success(
            request, "Kijk in je nieuwe mailbox: de link daarin wijzigt je e-mailadres."
        )
        return redirect("mfa_index")
    return render(request, "institutions/change_email.html", {"form": form})


@login_not_required
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Change the address with the link in the mail, which may be opened on another device.

    A press of a button does it: programs that read mails open every link.
    """
    try:
        change = email_changes.read(token)
        if request.method == "POST":
            actions.change_email(token=token)
            messages.success(request, "Je e-mailadres is gewijzigd. Meld je ermee aan.")
            return redirect("account_login")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("account_login")
    return render(request, "institutions/confirm_email.html", {"email": change.email})


@login_not_required
def not_offered(request: HttpRequest) -> HttpResponse:
    """Answer for a page of the sign-in library that this desk does not have."""
    raise Http404


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid CSRF token: it is too old, and is offered again."""
    return render(request, "csrf_failure.html", {"again": referring_page(request)}, status=403)
