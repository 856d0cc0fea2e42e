"""The forms of Toegang."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts

from schoolloket.core.clock import today
from schoolloket.core.forms import Form, ShownPasswordInput
from schoolloket.institutions.models import Institution, Manager, Membership
from students.models import Enrolment
from students.school_years import SchoolYear

from .grants import Grant

Role = Membership.Role
WIDE = {"class": "form-control"}
DAY = {"invalid": "Schrijf de dag als 31/08/2027."}


def classes_of(institution: Institution, years: Iterable[SchoolYear]) -> list[str]:
    """Return the codes of the classes of these school years, in order."""
    found: set[str] = set()
    for year in years:
        enrolments = Enrolment.objects.of(institution).in_year(year).exclude(class_code="")
        found |= set(enrolments.values_list("class_code", flat=True))
    return sorted(found)


def years_on(day: date) -> list[SchoolYear]:
    """Return the school years for which a right can be given: from 1 July two."""
    return sorted({SchoolYear.of(day), SchoolYear.prepared_on(day)})


class GrantForm(Form):
    """Asks for a role and until when, and for a helper the school year and classes (R13)."""

    role = forms.ChoiceField(label="Rol", choices=Role.choices, widget=forms.RadioSelect)
    school_year = forms.TypedChoiceField(
        label="Schooljaar",
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )
    classes = forms.MultipleChoiceField(
        label="Klassen",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "De klas %(value)s is er niet. Kies opnieuw."},
    )
    ends_on = forms.DateField(
        label="Tot en met",
        required=False,
        error_messages=DAY,
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "form-control w-auto"}
        ),
        help_text="Leeg: voor een klashelper tot het einde van het schooljaar.",
    )

    def __init__(
        self, *args: Any, institution: Institution, current: Grant | None = None, **kwargs: Any
    ) -> None:
        """`current`: what is changed; its classes can be kept, also one that has no pupils now."""
        years = years_on(today())
        kept = []
        initial = {"role": Role.HELPER, "school_year": years[0].begins}
        if current:
            kept = current.classes
            initial |= {name: value for name, value in current.values.items() if value}
        super().__init__(*args, initial=initial, **kwargs)

        classes = sorted({*classes_of(institution, years), *kept})
        fields: dict[str, Any] = self.fields
        fields["school_year"].choices = [(one.begins, str(one)) for one in years]
        fields["classes"].choices = [(code, code) for code in classes]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where a helper has no class, or a day is not in the year."""
        cleaned = super().clean() or {}
        ends_on = cleaned.get("ends_on")
        if ends_on and ends_on < today():
            self.add_error("ends_on", "Deze dag is al voorbij.")
        if cleaned.get("role") == Role.HELPER:
            self._clean_helper(cleaned)
        return cleaned

    def _clean_helper(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("classes") and "classes" not in self.errors:
            self.add_error("classes", "Kies minstens één klas voor deze klashelper.")

        begins = cleaned.get("school_year")
        if begins is None:
            self.add_error("school_year", "Kies het schooljaar.")
            return
        last_day = SchoolYear(begins).last_day
        if cleaned.get("ends_on") and cleaned["ends_on"] > last_day:
            self.add_error("ends_on", f"Voor een klashelper ten laatste op {last_day:%d/%m/%Y}.")

    @property
    def grant(self) -> Grant:
        """What was chosen, once the form is valid."""
        ends_on = self.cleaned_data["ends_on"]
        if self.cleaned_data["role"] == Role.MANAGER:
            return Grant(Role.MANAGER, ends_on=ends_on)

        year = SchoolYear(self.cleaned_data["school_year"])
        return Grant(
            Role.HELPER, self.cleaned_data["classes"], year.begins, ends_on or year.last_day
        )


class InviteForm(GrantForm):
    """Asks whom to invite, too."""

    email = forms.EmailField(label="E-mailadres", widget=forms.EmailInput(attrs=WIDE))
    field_order = ["email"]


class JoinForm(Form):
    """Asks somebody new who accepts an invitation for a name and a password."""

    name = forms.CharField(
        label="Je naam", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Kies een wachtwoord",
        strip=False,
        widget=ShownPasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where the password will not do for this name and address."""
        cleaned = super().clean() or {}
        newcomer = Manager(email=self.email, name=cleaned.get("name", ""))
        try:
            get_adapter().clean_password(cleaned.get("password", ""), newcomer)
        except forms.ValidationError as error:
            self.add_error("password", error)
        return cleaned
