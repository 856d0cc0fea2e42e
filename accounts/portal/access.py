"""Decorators that mark for whom a view of the portal is; PortalMiddleware enforces them."""

from collections.abc import Callable
from enum import Enum

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


class Audience(Enum):
    """For whom a view is."""

    EVERYBODY = "everybody"
    # Also while the pupil must still choose an own password.
    PUPIL_WITH_TEMPORARY_PASSWORD = "pupil with a temporary password"  # noqa: S105
    PUPIL = "pupil"


def _for(audience: Audience) -> Callable[[View], View]:
    """Return a decorator that marks for whom a view is, and frees it from the desk's sign-in."""

    def mark(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return login_not_required(view)

    return mark


public = _for(Audience.EVERYBODY)
with_temporary_password = _for(Audience.PUPIL_WITH_TEMPORARY_PASSWORD)
pupil = _for(Audience.PUPIL)
