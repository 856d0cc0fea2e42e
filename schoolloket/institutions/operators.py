"""What the pages of an operator in `/beheer/` share (R14)."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import PROTECT, Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator

from .second_factor.fresh import asks_again


class OwnPages(admin.ModelAdmin):
    """A part of the admin that has pages of its own."""

    def page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        """Return a page of the admin with this title and context."""
        everywhere = self.admin_site.each_context(request)
        about = {"title": title, "opts": self.opts}
        return TemplateResponse(request, template, everywhere | about | context)


class RightsAdmin(OwnPages):
    """A part of the admin where rights, factors and addresses change: it asks again who it is.

    What has a history stays. `stays`: why, in Dutch.
    """

    stays = ""

    @method_decorator(asks_again)
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The list; what is done with the ticked rows asks again."""
        view: Callable[..., Any] = super().changelist_view
        if request.method == "POST":
            view = asks_again(view)
        return view(request, *args, **kwargs)

    @method_decorator(asks_again)
    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Delete what nothing hangs on. Django would list what does, pupils too."""
        row = self.get_object(request, object_id)
        if row is not None and has_history(row):
            messages.error(request, self.stays)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)
        return super().delete_view(request, object_id, *args, **kwargs)


def has_history(row: Model) -> bool:
    """Whether rows refer to this one that it may not take with it: pupils, or the access log."""
    kept = [one for one in row._meta.related_objects if one.on_delete is PROTECT]
    return any(
        one.related_model._base_manager.filter(**{one.field.name: row}).exists() for one in kept
    )
