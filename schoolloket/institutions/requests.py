"""The request of a page of the desk."""

from django.http import HttpRequest

from .actors import Actor
from .models import Institution, Manager


class DeskRequest(HttpRequest):
    """A request of a signed-in manager, in one of his or her institutions.

    InstitutionMiddleware sets `institution` and `actor`, where the path names an institution.
    """

    user: Manager
    institution: Institution
    actor: Actor
