"""What every answer tells a browser, static files and refusals included."""

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from tests.desk_client import DeskClient
from tests.pages import desk

pytestmark = pytest.mark.django_db


def answers(alice_client: Client) -> list[HttpResponse]:
    stranger = Client(raise_request_exception=False)
    return [
        stranger.get("/static/css/schoolloket.css"),
        stranger.get("/static/js/password.js"),
        stranger.get("/mijn/"),
        stranger.get("/mijn/start/"),
        stranger.get("/zomaar/"),
        stranger.put("/mijn/"),
        stranger.get("/", headers={"host": "elsewhere.test"}),
        Client(enforce_csrf_checks=True).post("/mijn/"),
        alice_client.get(desk("students")),
        alice_client.get(desk("students_workbook")),
    ]


def test_every_answer_keeps_other_sites_and_the_browsers_devices_out(alice_client: Client) -> None:
    for answer in answers(alice_client):
        # A static file stays open until its answer is sent.
        answer.close()
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"
        for device in ("camera", "microphone", "geolocation", "usb", "payment"):
            assert f"{device}=()" in answer["Permissions-Policy"]


def test_the_redirect_to_https_does_so_too() -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        answer = DeskClient().get("/mijn/")
    assert answer.status_code == 301
    assert "camera=()" in answer["Permissions-Policy"]
