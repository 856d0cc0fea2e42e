"""The steps of a sign-in after the password."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpResponse

from schoolloket.institutions.requests import came_by_provider

from . import remembered


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """Asks for the factor, but not again in a browser that gave it in the last twelve hours.

    So a desk that locked opens with the password (NIST SP 800-63B, 4.2.3: one factor is enough to
    go on within the time of the session).
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if came_by_provider(self.request, self.login.user):
            # The organisation asks for its own second factor.
            return None, True

        given_at = remembered.given_at(self.request, self.login.user)
        if given_at is None:
            answer: tuple[HttpResponse | None, bool] = super().handle()
            return answer

        record_authentication(self.request, self.login.user, "mfa", type="remembered", at=given_at)
        return None, True
