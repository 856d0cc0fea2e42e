"""In `/beheer/`: by which subject of the provider a manager signs in."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import admin
from django.http import HttpRequest

from .claims import SUBJECT
from .deployment import sso

TAKEN = "Dit kenmerk hoort al bij een andere beheerder."
UNFIT = "Dit is geen kenmerk van de aanmelddienst: geen blanco's of tekens met accenten."


class SubjectForm(forms.ModelForm):
    class Meta:
        model = SocialAccount
        fields = ["uid"]
        labels = {"uid": "kenmerk (sub) bij de aanmelddienst"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.provider = self.instance.provider or sso().issuer

    def clean_uid(self) -> str:
        subject: str = self.cleaned_data["uid"]
        if not SUBJECT.fullmatch(subject):
            raise forms.ValidationError(UNFIT)

        same = SocialAccount.objects.filter(provider=self.instance.provider, uid=subject)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(TAKEN)
        return subject


class SubjectInline(admin.TabularInline):
    """Joins a subject with the manager, or parts the two; another subject is another row."""

    model = SocialAccount
    form = SubjectForm
    fields = ["uid"]
    extra = 0
    verbose_name = "aanmelding van de organisatie"
    verbose_name_plural = "aanmelding van de organisatie"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
