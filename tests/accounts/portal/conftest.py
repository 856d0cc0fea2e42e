"""Pupils of Brussel, one for each kind of password; the passwords are in `helpers`."""

from datetime import date

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import Account, PasswordKind
from schoolloket.institutions.models import Institution
from tests.helpers import Enrol, GiveAccount

from .helpers import LINKED_EMAIL, OWN, PICTURES, TEMPORARY, WORD, device

GROUP = "4de leerjaar"


@pytest.fixture
def word(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """Has a word with digits."""
    enrolment = enrol(brussel, "Wout", "Woord", group=GROUP, class_code="4A")
    return give_account(enrolment, PasswordKind.WORD, password=make_password(WORD))


@pytest.fixture
def pictures(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """Has four pictures."""
    enrolment = enrol(brussel, "Pien", "Prent", group="1ste leerjaar", class_code="1A")
    password = make_password("-".join(PICTURES))
    return give_account(enrolment, PasswordKind.PICTURES, password=password)


@pytest.fixture
def temporary(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """Has a temporary password and never signed in."""
    return give_account(enrol(brussel, "Tess", "Tijdelijk"), password=make_password(TEMPORARY))


@pytest.fixture
def own(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """Chose an own password and linked no e-mail address."""
    return give_account(
        enrol(brussel, "Otto", "Eigen"), password=make_password(OWN), must_change_password=False
    )


@pytest.fixture
def linked(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """Chose an own password and linked an e-mail address."""
    return give_account(
        enrol(brussel, "Lena", "Gelinkt"),
        password=make_password(OWN),
        must_change_password=False,
        email=LINKED_EMAIL,
    )


@pytest.fixture
def ended(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """Left the school last summer; the password is still right."""
    enrolment = enrol(brussel, "Evi", "Eind", starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    return give_account(
        enrolment,
        password=make_password(OWN),
        must_change_password=False,
        email="evi@voorbeeld.be",
    )


@pytest.fixture
def deactivated(
    alice: object, brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> Account:
    """Enrolled, but Alice deactivated the LeerID; the password is still right."""
    return give_account(
        enrol(brussel, "Dirk", "Dicht"),
        password=make_password(OWN),
        must_change_password=False,
        email="dirk@voorbeeld.be",
        deactivated_at="2026-11-01T10:00:00+01:00",
        deactivated_by=alice,
    )


@pytest.fixture
def tablet() -> Client:
    """A device on which nobody signed in yet."""
    return device()
