"""Addresses of the desk's pages, for the views of every room."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

from schoolloket.institutions.requests import DeskRequest


def desk_url(request: DeskRequest, name: str, *args: Any) -> str:
    """Return the address of a page of this institution's desk."""
    return reverse(name, args=[request.institution.number, *args])


def list_url(request: DeskRequest) -> str:
    """Return the address of the list, filtered and sorted as it was when the form was posted."""
    query = urlencode(parse_qsl(request.POST.get("query", "")))
    return f"{desk_url(request, 'students')}?{query}".rstrip("?")


def to_list(request: DeskRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(list_url(request))
