"""How a field is drawn."""

import re

from django import forms

from schoolloket.core.forms import Form, ShownPasswordInput


class SignUp(Form):
    name = forms.CharField(label="Naam", help_text="Zoals op het blad.")
    secret = forms.CharField(label="Wachtwoord", widget=ShownPasswordInput)


def test_a_field_in_error_points_to_its_help_and_its_error() -> None:
    drawn = SignUp({})["name"].as_field_group()
    described = re.search(r'aria-describedby="([^"]+)"', drawn)
    assert described
    assert described[1].split() == ["id_name_helptext", "id_name_error"]
    assert all(f'id="{name}"' in drawn for name in described[1].split())
    assert 'aria-invalid="true"' in drawn


def test_a_field_without_error_or_help_points_nowhere() -> None:
    drawn = SignUp()["secret"].as_field_group()
    assert "aria-" not in drawn.replace("aria-pressed", "")
    assert "helptext" not in drawn


def test_label_error_field_help_in_this_order() -> None:
    drawn = SignUp({})["name"].as_field_group()
    parts = ['<label for="id_name">Naam</label>', "errorlist", "<input", "Zoals op het blad."]
    assert sorted(parts, key=drawn.index) == parts


def test_the_button_shows_the_password_beside_it() -> None:
    drawn = SignUp()["secret"].as_field_group()
    assert 'id="id_secret"' in drawn
    assert 'data-shows="id_secret"' in drawn


def test_a_password_is_never_written_back() -> None:
    assert "geheim" not in SignUp({"name": "", "secret": "geheim"})["secret"].as_field_group()
