"""The forms behind the pages for new sign-in data."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts import usernames
from accounts.forms import ID, IdListField, SelectedForm
from accounts.models import Account, Kind, PasswordKind, Username
from credentials.actions.drafts import Edit
from schoolloket.core.exceptions import PreviewChanged
from schoolloket.core.forms import Form
from schoolloket.institutions.actors import Actor

from . import passwords
from .models import Batch, BatchItem
from .scopes import Scope
from .typed_usernames import NOT_WELL_FORMED, TAKEN


class SelectionForm(SelectedForm):
    """The students ticked in the list and what is to happen to them."""

    purpose = forms.ChoiceField(
        choices=[(p, p) for p in Batch.Purpose if p != Batch.Purpose.SINGLE]
    )


class TicksForm(forms.Form):
    """The rows ticked in a preview."""

    item = IdListField(required=False)


class RowForm(forms.Form):
    """One row of a preview, with its tick and, where it has a menu, the kind chosen there."""

    row = forms.IntegerField()
    item = IdListField(required=False)
    kind = forms.TypedChoiceField(
        choices=PasswordKind.choices, coerce=PasswordKind, required=False, empty_value=None
    )

    @classmethod
    def of_row(cls, data: QueryDict) -> "RowForm":
        """Read what a row posts: its menu has the id of the row in its name."""
        row = data.get("row", "")
        return cls(
            {
                "row": row,
                "item": data.getlist("item"),
                "kind": data.get(f"kind-{row}", ""),
            }
        )


class ScopeForm(forms.Form):
    """A kind for all rows of a class or of a part of the preview; without one, as proposed."""

    AS_PROPOSED = "voorstel"

    kind = forms.ChoiceField(choices=[*PasswordKind.choices, (AS_PROPOSED, AS_PROPOSED)])
    scope = forms.CharField(strip=False)

    @classmethod
    def of_button(cls, data: QueryDict) -> "ScopeForm":
        """Read the menu that stands beside the pressed button, and has its scope in its name."""
        scope = data.get("apply", "")
        return cls({"scope": scope, "kind": data.get(f"kinds:{scope}", "")})

    def clean_scope(self) -> Scope:
        try:
            return Scope.parse(self.cleaned_data["scope"])
        except ValueError as unknown:
            raise ValidationError("unknown scope") from unknown

    def clean_kind(self) -> PasswordKind | None:
        kind = self.cleaned_data["kind"]
        if kind == self.AS_PROPOSED:
            return None
        return PasswordKind(kind)


def posted_by_row(data: QueryDict, field: str) -> dict[int, str]:
    """Return item id -> the text that was posted for each row, in fields such as `kind-12`.

    Raises PreviewChanged where such a field has no id in its name.
    """
    texts = {}
    for name in data:
        prefix, separator, item_id = name.partition("-")
        if prefix != field or not separator:
            continue
        if not ID.fullmatch(item_id):
            raise PreviewChanged
        texts[int(item_id)] = str(data[name])
    return texts


def kinds_by_row(data: QueryDict) -> dict[int, PasswordKind]:
    """Return item id -> the kind in the menu of each row that has one.

    Raises PreviewChanged where one is no kind.
    """
    kinds = {}
    for item_id, text in posted_by_row(data, "kind").items():
        if text not in PasswordKind.values:
            raise PreviewChanged
        kinds[item_id] = PasswordKind(text)
    return kinds


class EditForm(Form):
    """LeerID aanmeldgegevens of one pupil: username, password kind and linked e-mail address.

    The password itself is no field, since it is always generated (R7).
    """

    username = forms.CharField(
        label="Gebruikersnaam *",
        # Left empty it stays what it was.
        required=False,
        strip=False,
        max_length=200,
        help_text=(
            "3 tot 64 tekens: kleine letters zonder accenten, cijfers, een punt of een "
            "koppelteken. Bij een nieuwe gebruikersnaam hoort ook een nieuw wachtwoord."
        ),
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "required": True,
            }
        ),
    )
    password_kind = forms.TypedChoiceField(
        label="Soort wachtwoord",
        choices=[(kind.value, passwords.NAMES[kind]) for kind in passwords.KINDS[Kind.BASIC]],
        coerce=PasswordKind,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    removes_email = forms.BooleanField(
        label="Verwijder dit e-mailadres. De leerling kan een nieuw e-mailadres toevoegen bij de "
        "eerste succesvolle aanmelding.",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, account: Account, by: Actor, **kwargs: Any) -> None:
        """Offer what this account allows, and who asks.

        Only a basic account has a choice of password kinds. Only a linked one has an e-mail
        address to remove. A helper changes no username: what is posted of it is not read (R13).
        """
        super().__init__(*args, **kwargs)
        self.account = account

        if by.is_helper:
            self.fields["username"].disabled = True
            self.initial["username"] = account.username
        if account.kind != Kind.BASIC:
            del self.fields["password_kind"]
        if not account.is_linked:
            del self.fields["removes_email"]

    def clean_username(self) -> str:
        """Return a username of R6's form that is free or was this pupil's before.

        An empty field keeps the present username.
        """
        username = self.cleaned_data["username"] or self.account.username

        if not usernames.is_well_formed(username):
            raise ValidationError(NOT_WELL_FORMED)

        given = Username.objects.filter(value=username).exclude(student=self.account.student_id)
        if given.exists():
            raise ValidationError(TAKEN.format(free=usernames.suggestion(username)))

        return username

    @property
    def changes_anything(self) -> bool:
        """Whether the valid form asks for something, even if no new password was asked for."""
        if self.cleaned_data["username"] != self.account.username:
            return True
        if self.cleaned_data.get("password_kind"):
            return True
        return bool(self.cleaned_data.get("removes_email"))

    def edit(self) -> Edit:
        """Return what the valid form asks; a kind that was not chosen stays as it is."""
        password_kind = self.cleaned_data.get("password_kind")
        if password_kind is None:
            password_kind = PasswordKind(self.account.password_kind)

        return Edit(
            username=self.cleaned_data["username"],
            password_kind=password_kind,
            removes_email=self.cleaned_data.get("removes_email", False),
        )

    def asks_for(self, item: BatchItem) -> bool:
        """Whether the valid form still asks what the draft in `item` holds."""
        drafted = Edit(
            username=item.username,
            password_kind=PasswordKind(item.password_kind),
            removes_email=item.removes_email,
        )
        return self.edit() == drafted

    @staticmethod
    def initial_of(account: Account, item: BatchItem | None) -> dict[str, Any]:
        """Return what the form shows at first: the account, or the draft in `item`."""
        if item is None:
            return {"username": account.username}

        return {
            "username": item.username,
            "password_kind": item.password_kind,
            "removes_email": item.removes_email,
        }


def uuid_or_none(text: str | None) -> UUID | None:
    """Return the id of a batch from a query or a form, or None for any other text."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
