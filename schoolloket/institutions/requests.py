"""The request of a page of the desk."""

from django.http import HttpRequest

from .actors import Actor
from .models import Institution, Manager


class DeskRequest(HttpRequest):
    """A request of a signed-in manager inside one institution of his or hers."""

    user: Manager
    institution: Institution
    actor: Actor
