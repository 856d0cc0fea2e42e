"""Decorators that say for whom a view of the portal is; PortalMiddleware enforces them."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def _opens_for(who: str) -> Callable[[View], View]:
    """Return a decorator that marks for whom a view is, and frees it from the desk's sign-in."""

    def mark(view: View) -> View:
        view.opens_for = who  # type: ignore[attr-defined]
        return login_not_required(view)

    return mark


public = _opens_for("everybody")
# Also while the pupil must still choose an own password.
with_temporary_password = _opens_for("temporary")
pupil = _opens_for("pupil")
