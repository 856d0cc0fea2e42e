"""What a manager is told about a new password, in the desk's own words."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from schoolloket.institutions.models import Manager
from tests.helpers import PASSWORD
from tests.pages import text

CHANGE = "/aanmelden/wachtwoord/"


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("kort-wachtw", "Kies een langer wachtwoord: minstens 12 tekens."),
        ("1234567891011", "Gebruik ook letters of andere tekens, niet alleen cijfers."),
        ("qwerty123456789", "Dit wachtwoord gebruiken veel mensen. Kies iets van jezelf."),
        ("alice@school.test", "Dit wachtwoord lijkt te veel op je naam of je e-mailadres."),
        ("Boudewijn Vermeulen", "Dit wachtwoord lijkt te veel op je naam of je e-mailadres."),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(
    alice: Manager, password: str, told: str
) -> None:
    alice.name = "Boudewijn Vermeulen"
    with pytest.raises(ValidationError) as refused:
        validate_password(password, alice)
    assert told in refused.value.messages


def test_the_page_asks_in_the_words_of_the_desk(alice_client: Client) -> None:
    told = text(alice_client.get(CHANGE))
    assert "Minstens 12 tekens: een paar woorden na elkaar onthoud je goed." in told
    assert "Uw " not in told


@pytest.mark.django_db
def test_an_operator_changes_the_password_at_the_desks_own_page(client: Client) -> None:
    operator = Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Op")
    client.force_login(operator)
    told = text(client.get("/beheer/password_change/", follow=True))
    assert "Mijn wachtwoord" in told
    assert "Meld overal af" in told
