"""How the sign-in library treats managers."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from . import access_log, actions
from .actors import Author
from .attempts import Attempt, attempt_of
from .devices import device_of, set_device
from .models import AccessEvent, Manager
from .requests import author_of, came_by_provider, ip_address_of, way_in
from .second_factor import fresh, remembered


class ManagerAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Managers are invited; nobody registers.

    Attempts to sign in, and to confirm a password, are limited and noted in the access log.
    """

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Dit e-mailadres en wachtwoord horen niet bij elkaar.",
        "enter_current_password": "Dit is niet je huidige wachtwoord.",
        "incorrect_password": "Dit is niet je wachtwoord.",
        "too_many_login_attempts": (
            "Even geduld: te veel pogingen na elkaar. Probeer het over een kwartier opnieuw, "
            "of kies een nieuw wachtwoord."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Manager | None:
        """Return the manager with this e-mail address and password, None where there is none.

        Raises ValidationError where the attempt has to wait.
        """
        address = credentials["email"].strip().lower()
        known = Manager.objects.filter(email=address).first()
        attempt = attempt_of(request, address, known)
        if not attempt.count(timezone.now()):
            _record_failure(attempt)
            raise self.validation_error("too_many_login_attempts")

        manager: Manager | None = super().authenticate(request, **credentials)
        if manager is not None:
            attempt.take_back()
        if manager is None or not manager.is_active:
            _record_failure(attempt)
        return manager

    def set_password(self, user: Manager, password: str) -> None:
        actions.set_password(manager=user, password=password)

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Raises ReauthenticationRequired in a session by the provider, which has to ask again.

        The library would let somebody without a password or factor of ours go on unasked.
        """
        required = fresh.must_prove_again()
        if required and came_by_provider(context.request, context.request.user):
            raise ReauthenticationRequired
        return required

    def get_reauthentication_methods(self, user: Manager) -> list[dict[str, Any]]:
        """Return the ways to prove again who it is: never a password where there is a factor."""
        if came_by_provider(context.request, user):
            return [{"id": "prove_again", "url": reverse("prove_again")}]

        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        of_a_factor = [one for one in methods if one["id"] != "reauthenticate"]
        return of_a_factor or methods

    def get_login_stages(self) -> list[str]:
        """Return the steps after the password: a factor, unless this browser gave one today."""
        return ["schoolloket.institutions.second_factor.stages.SecondFactorStage"]

    def post_login(self, request: HttpRequest, user: Manager, **options: Any) -> HttpResponse:
        """Note the sign-in, and know the device from now on."""
        by = Author(manager=user, ip_address=ip_address_of(request))
        access_log.record(
            AccessEvent.Kind.SIGNED_IN, manager=user, by=by, detail=way_in(request, user)
        )
        response: HttpResponse = super().post_login(request, user, **options)
        set_device(response, device_of(request).after_sign_in(user))
        remembered.remember(request, response, user)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Note the sign-out. A session that ends by itself leaves no row."""
        by = author_of(request)
        remembered.forget(request)
        access_log.record(AccessEvent.Kind.SIGNED_OUT, manager=by.manager, by=by)
        super().logout(request)


def _record_failure(attempt: Attempt) -> None:
    access_log.record_failure(
        manager=attempt.manager, email=attempt.email, ip_address=attempt.ip_address
    )
