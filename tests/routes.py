"""The table of every route and who may use it, and the objects of Brussel that a URL can name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Account
from credentials.models import Batch
from schoolloket.institutions.models import Invitation, Membership
from students.models import Enrolment, ImportRun


class Who(Enum):
    PUBLIC = "everybody"
    CLOSED = "nobody"
    SIGNED_IN = "every manager"
    MEMBER = "beheerders of the institution"
    HELPER = "beheerders of the institution, and helpers for their classes"
    OPERATOR = "operators"
    PUPIL = "a pupil who signed in"


SIGN_IN = "aanmelden/"
PORTAL = "mijn/"
STUDENT = "<number:number>/leerlingen/<id:student_id>/"
DRAFT = "<number:number>/vernieuwen/<uuid:batch_id>/"
BATCH = "<number:number>/afdrukken/<uuid:batch_id>/"

EXPECTED = {
    "": Who.SIGNED_IN,
    SIGN_IN: Who.PUBLIC,
    # For somebody halfway the sign-in too.
    f"{SIGN_IN}afmelden/": Who.PUBLIC,
    f"{SIGN_IN}overal-afmelden/": Who.SIGNED_IN,
    f"{SIGN_IN}formulier/": Who.SIGNED_IN,
    f"{SIGN_IN}inactief/": Who.PUBLIC,
    f"{SIGN_IN}opnieuw/": Who.SIGNED_IN,
    f"{SIGN_IN}wachtwoord/": Who.SIGNED_IN,
    f"{SIGN_IN}vergeten/": Who.PUBLIC,
    f"{SIGN_IN}vergeten/verstuurd/": Who.PUBLIC,
    f"{SIGN_IN}vergeten/<uidb36:uidb36>-<key>/": Who.PUBLIC,
    f"{SIGN_IN}vergeten/klaar/": Who.PUBLIC,
    f"{SIGN_IN}code/": Who.PUBLIC,
    f"{SIGN_IN}sleutel/": Who.PUBLIC,
    f"{SIGN_IN}bevestigen/": Who.SIGNED_IN,
    f"{SIGN_IN}bevestigen/code/": Who.SIGNED_IN,
    f"{SIGN_IN}bevestigen/sleutel/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/mail/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/kies/": Who.SIGNED_IN,
    f"{SIGN_IN}tweede-stap/<uidb36:uidb36>-<key>/": Who.PUBLIC,
    f"{SIGN_IN}mijn/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/e-mail/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/app/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/app/weg/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/sleutel/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/sleutel/<id:passkey_id>/weg/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/herstelcodes/": Who.SIGNED_IN,
    f"{SIGN_IN}mijn/herstelcodes/nieuw/": Who.SIGNED_IN,
    # In a mail, which may be opened on another device.
    f"{SIGN_IN}e-mail/<str:token>/": Who.PUBLIC,
    f"{SIGN_IN}registreren/": Who.CLOSED,
    f"{SIGN_IN}e-mail/": Who.CLOSED,
    f"{SIGN_IN}wachtwoord/zetten/": Who.CLOSED,
    # As long as the deployment names no provider; else these two are for everybody.
    f"{SIGN_IN}organisatie/": Who.CLOSED,
    f"{SIGN_IN}organisatie/terug/": Who.CLOSED,
    PORTAL: Who.PUBLIC,
    f"{PORTAL}<str:username>": Who.PUBLIC,
    f"{PORTAL}start/": Who.PUPIL,
    f"{PORTAL}afmelden/": Who.PUPIL,
    f"{PORTAL}overal-afmelden/": Who.PUPIL,
    f"{PORTAL}wachtwoord/": Who.PUPIL,
    f"{PORTAL}e-mail/": Who.PUPIL,
    # In a mail, which may be opened on another device.
    f"{PORTAL}e-mail/<token:token>/": Who.PUBLIC,
    f"{PORTAL}e-mail/bevestigen": Who.PUBLIC,
    f"{PORTAL}vergeten/": Who.PUBLIC,
    f"{PORTAL}vergeten/<token:token>/": Who.PUBLIC,
    f"{PORTAL}vergeten/nieuw": Who.PUBLIC,
    "<number:number>/": Who.HELPER,
    "<number:number>/leerlingen/": Who.HELPER,
    "<number:number>/leerlingen/selectie/": Who.HELPER,
    "<number:number>/leerlingen/geselecteerd/": Who.HELPER,
    "<number:number>/leerlingen/status/": Who.MEMBER,
    "<number:number>/leerlingen/excel/": Who.MEMBER,
    STUDENT: Who.HELPER,
    f"{STUDENT}historiek/": Who.MEMBER,
    f"{STUDENT}detailhistoriek/": Who.MEMBER,
    f"{STUDENT}vrijgeven/": Who.MEMBER,
    f"{STUDENT}aanmeldgegevens/": Who.HELPER,
    f"{STUDENT}gegevens/": Who.MEMBER,
    "<number:number>/vernieuwen/": Who.HELPER,
    DRAFT: Who.HELPER,
    f"{DRAFT}rij/": Who.HELPER,
    f"{DRAFT}gebruikersnaam/": Who.MEMBER,
    f"{DRAFT}voortgang/": Who.HELPER,
    "<number:number>/afdrukken/": Who.HELPER,
    BATCH: Who.HELPER,
    "<number:number>/afdrukken/testblad/<str:sheet>": Who.HELPER,
    f"{BATCH}keuze/": Who.HELPER,
    f"{BATCH}download/<str:document>": Who.HELPER,
    f"{BATCH}kaart/<id:student_id>/": Who.HELPER,
    f"{BATCH}vernietigen/": Who.HELPER,
    "<number:number>/toegang/": Who.MEMBER,
    "<number:number>/toegang/uitnodigen/": Who.MEMBER,
    "<number:number>/toegang/uitnodiging/<id:invitation_id>/opnieuw/": Who.MEMBER,
    "<number:number>/toegang/uitnodiging/<id:invitation_id>/intrekken/": Who.MEMBER,
    "<number:number>/toegang/<id:right_id>/wijzigen/": Who.MEMBER,
    "<number:number>/toegang/<id:right_id>/beeindigen/": Who.MEMBER,
    "<number:number>/toegang/<id:right_id>/tweede-stap/": Who.MEMBER,
    # In a mail, which may be opened on another device.
    "uitnodiging/<token:token>/": Who.PUBLIC,
    "uitnodiging/": Who.PUBLIC,
    "<number:number>/import/": Who.MEMBER,
    "<number:number>/import/<id:run_id>/": Who.MEMBER,
    "<number:number>/import/<id:run_id>/niet-ingelezen/": Who.MEMBER,
}

# Pages of our own in Django's admin, which makes the rest of its routes itself.
ADMIN_PAGES = {
    "beheer/institutions/manager/<id:manager_id>/tweede-stap/",
    "beheer/students/identityconflict/<id:conflict_id>/samenvoegen/",
    "beheer/students/identityconflict/<id:conflict_id>/uiteenhouden/",
    "beheer/identity/formerdata/<id:student_id>/terugzetten/<id:event_id>/",
}

# The page of the printed URL shows the username of that URL, whether anybody has it or not.
TYPED = {f"{PORTAL}<str:username>"}
MAILED = {
    f"{SIGN_IN}tweede-stap/<uidb36:uidb36>-<key>/",
    f"{SIGN_IN}e-mail/<str:token>/",
    "uitnodiging/<token:token>/",
    "uitnodiging/",
    f"{PORTAL}e-mail/<token:token>/",
    f"{PORTAL}e-mail/bevestigen",
    f"{PORTAL}vergeten/<token:token>/",
    f"{PORTAL}vergeten/nieuw",
}
# The steps of a sign-in that nobody began.
HALFWAY = {f"{SIGN_IN}afmelden/", f"{SIGN_IN}code/", f"{SIGN_IN}sleutel/"}


def walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Yield the whole route of every view under these patterns."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route


ROUTES = list(walk(get_resolver().url_patterns))


def who(route: str) -> Who | None:
    # All of Django's admin is for operators, its own pages and ours.
    return Who.OPERATOR if route.startswith("beheer/") else EXPECTED.get(route)


def routes_of(*wished: Who) -> list[str]:
    return [route for route in ROUTES if who(route) in wished]


def admin_url(route: str) -> str:
    known = route.replace("^(?P<app_label>auth|institutions|account)/$", "institutions/")
    return "/" + re.sub(r"<[^>]+>", "1", known.replace("(?P<url>.*)$", "zomaar/"))


@dataclass
class Brussel:
    """One of each object that a URL can name."""

    charlie: Account
    draft: Batch
    printable: Batch
    run: ImportRun
    right: Membership
    invitation: Invitation

    def url(self, route: str, number: str = "999912") -> str:
        values = self.values(route, number)
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)

    def values(self, route: str, number: str = "999912") -> dict[str, object]:
        """A value for each variable of a route. Keys and tokens have hyphens, as in real mails."""
        batch = self.printable if route.startswith(BATCH) else self.draft
        return {
            "number": number,
            "student_id": self.charlie.student_id,
            "batch_id": batch.pk,
            "document": "zip",
            "sheet": "L7160",
            "run_id": self.run.pk,
            "username": self.charlie.username,
            "uidb36": "1",
            "key": "x-y-z",
            "token": "x-y-z",
            "passkey_id": 1,
            "right_id": self.right.pk,
            "invitation_id": self.invitation.pk,
        }

    def everything(self) -> list[object]:
        """All that the request of a stranger must leave as it is."""
        return [
            list(model.objects.order_by("pk").values())
            for model in (Account, Enrolment, Batch, ImportRun, Membership, Invitation)
        ] + [list(self.draft.items.values()), list(self.printable.items.values())]
