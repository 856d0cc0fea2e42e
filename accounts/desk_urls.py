"""Ways to the desk's pages, for the views of every room."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse

from schoolloket.core.exceptions import Refused, UnknownStudents
from schoolloket.institutions.requests import DeskRequest


def desk_url(request: DeskRequest, name: str, *args: Any) -> str:
    """Return the path of a page of this institution's desk, by the name of its route."""
    return reverse(name, args=[request.institution.number, *args])


def list_url(request: DeskRequest) -> str:
    """Return the path of the list, filtered and sorted as it was when the form was posted.

    The form's field `query` holds the list's query string: `klas=6A&sorteer=-naam`.
    """
    query = urlencode(parse_qsl(request.POST.get("query", "")))
    return f"{desk_url(request, 'students')}?{query}".rstrip("?")


def to_list(request: DeskRequest) -> HttpResponseRedirect:
    """Redirect to `list_url`."""
    return HttpResponseRedirect(list_url(request))


def refused_to_list(request: DeskRequest, refused: Refused) -> HttpResponseRedirect:
    """Redirect to the list, with the reason; a selection that names strangers is cleared there."""
    tags = ""
    if isinstance(refused, UnknownStudents):
        tags = "clears-selection"
    messages.error(request, str(refused), extra_tags=tags)
    return to_list(request)
