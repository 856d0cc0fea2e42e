"""Managers at their desks, through the pages, and the pupils they work for."""

import re
from dataclasses import dataclass
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Account, PasswordKind
from credentials.actions import drafts, hashing
from credentials.models import Batch, BatchItem
from credentials.sealing import unseal
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from students.models import Enrolment
from tests.desk_client import DeskClient
from tests.pages import messages_on, plain
from tests.students import helpers


@dataclass
class Desk:
    """A manager at a desk: a browser and the steps taken with it."""

    manager: Manager
    school: Institution

    def __post_init__(self) -> None:
        self.actor = Actor(institution=self.school, manager=self.manager, ip_address="127.0.0.1")
        self.browser = DeskClient()
        self.sign_in()

    def sign_in(self) -> None:
        """Sign in again, after the desk locked itself."""
        self.browser.force_login(self.manager)

    def again(self) -> "Desk":
        """The same manager in another window."""
        return Desk(self.manager, self.school)

    def url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.school.number, *args])

    def select(self, pupils: list[Account]) -> HttpResponse:
        """Tick the pupils in the list and press Vernieuw wachtwoord."""
        posted = {"student": [pupil.student_id for pupil in pupils], "purpose": "renew"}
        return self._post(self.url("start_batch"), posted)

    def draft(self, *pupils: Account | Enrolment, hashed: bool = True) -> Batch:
        ids = [pupil.student_id for pupil in pupils]
        batch = drafts.prepare(by=self.actor, student_ids=ids, purpose=Batch.Purpose.RENEW)
        batch.items.with_password().update(included=True)
        if hashed:
            hashing.hash_all(batch)
        return batch

    def edit(self, pupil: Account, username: str = "") -> Batch:
        asked = drafts.Edit(username or pupil.username, PasswordKind(pupil.password_kind))
        batch = drafts.prepare_edit(by=self.actor, student_id=pupil.student_id, edit=asked)
        hashing.hash_all(batch)
        return batch

    def save(self, batch: Batch) -> HttpResponse:
        return self._post(self.url("preview_batch", batch.pk), self.save_of(batch))

    def save_of(self, batch: Batch) -> dict[str, object]:
        """Return what the form of the preview posts."""
        return {"save": "", "item": self._ticked(batch)}

    def save_edit(self, edit: Batch) -> HttpResponse:
        page = self.url("edit_credentials", edit.items.get().student_id)
        return self._post(page, self.save_of_edit(edit))

    def save_of_edit(self, edit: Batch) -> dict[str, object]:
        return {"save": "", "concept": edit.pk, "username": edit.items.get().username}

    def cancel(self, batch: Batch) -> HttpResponse:
        return self._post(self.url("preview_batch", batch.pk), {"cancel": ""})

    def slice(self, batch: Batch) -> HttpResponse:
        return self._post(self.url("slice", batch.pk), {})

    def reroll(self, batch: Batch, item: BatchItem) -> HttpResponse:
        posted = {"row": item.pk, "item": self._ticked(batch)}
        return self._post(self.url("reroll_item", batch.pk), posted)

    def download(self, batch: Batch) -> HttpResponse:
        return self._post(self.url("download", batch.pk, "leerid.xlsx"), {})

    def card(self, batch: Batch, pupil: Account) -> HttpResponse:
        """Toon de kaart."""
        return self._post(self.url("card", batch.pk, pupil.student_id), {})

    def destroy(self, batch: Batch) -> HttpResponse:
        return self._post(self.url("destroy_batch", batch.pk), {})

    def result(self, batch: Batch) -> str:
        return plain(self._fine(self.browser.get(self.url("batch_result", batch.pk))))

    def upload(self, rows: list[helpers.Pupil]) -> HttpResponse:
        """Upload a full list; return its preview."""
        file = SimpleUploadedFile("lijst.csv", helpers.csv_file(rows))
        page = self._post(self.url("import"), {"file": file, "kind": "volledig"})
        assert "import_preview" in page.resolver_match.view_name
        return page

    def confirm(self, preview: HttpResponse) -> str:
        """Confirm the import that this preview shows; return the message about it."""
        seen = re.search(r'name="seen" value="(\w+)"', preview.content.decode())
        assert seen
        posted = {"confirm": "", "seen": seen[1], "many_ended": "on"}
        return messages_on(self._post(preview.request["PATH_INFO"], posted))

    def _ticked(self, batch: Batch) -> list[int]:
        return list(batch.items.filter(included=True).values_list("pk", flat=True))

    def _post(self, where: str, posted: dict[str, object]) -> HttpResponse:
        answer = self.browser.post(where, posted, follow=True)
        self._fine(answer)
        return answer

    @staticmethod
    def _fine(answer: HttpResponse) -> str:
        assert answer.status_code == 200, f"answered {answer.status_code}"
        return answer.content.decode(errors="replace")


def printed(answer: HttpResponse) -> dict[str, str]:
    """Username and password of every row of the workbook; empty where none was served."""
    if not answer["Content-Type"].startswith("application/vnd"):
        return {}
    rows = load_workbook(BytesIO(answer.content)).active.iter_rows(min_row=2, values_only=True)
    return {row[4]: row[5] for row in rows}


def passwords(batch: Batch) -> dict[int, str]:
    """The passwords of the preview by account, as its sheets would have them."""
    rows = batch.items.exclude(sealed="").values_list("account", "sealed")
    return {account: unseal(sealed).password for account, sealed in rows}
