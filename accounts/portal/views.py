"""Mijn LeerID: the address on the printed sheets."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def sign_in(request: HttpRequest, username: str = "") -> HttpResponse:
    """Say that pupils cannot sign in here yet; the same for every username, known or not."""
    return render(request, "portal/soon.html")
