"""The request of a page of Mijn LeerID."""

from django.http import HttpRequest

from schoolloket.institutions.actors import Pupil

from .models import PortalSession


class PortalRequest(HttpRequest):
    """A request of the portal; `pupil_session` is None on public pages without a session."""

    pupil_session: PortalSession
    by: Pupil
