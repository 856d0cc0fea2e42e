"""The desk as a manager uses it: what is on the screen, by the names on the screen."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Download, Locator, Page, expect

from schoolloket.demo.school import BRUSSEL, PASSWORD
from schoolloket.institutions.models import Manager
from tests.second_step import give_app, unused_recovery_code

from .leaks import Leaks
from .visitor import Visitor

BEHEERDER = "beheerder@demo.test"

# One call for a page of any length, instead of four calls per row.
_READ_ROWS = """rows => rows.map(row => {
    const text = found => found ? found.innerText.trim() : "";
    const typed = row.querySelector("[name^=username-]");
    const pictures = [...row.querySelectorAll(".pictures li")].map(text);
    return {
        label: text(row.querySelector("th")),
        username: typed ? typed.value : text(row.querySelector("td.line")),
        password: pictures.length ? pictures.join(" - ") : text(row.querySelector(".secret")),
        kind: text(row.querySelector(".small")),
        ticked: row.querySelector("input").checked,
    };
})"""


@dataclass(frozen=True)
class Shown:
    """A row of the preview; `label` is the name and the stamnummer in parentheses."""

    label: str
    username: str
    password: str
    kind: str
    ticked: bool

    @property
    def name(self) -> str:
        return self.label.rpartition(" (")[0]

    @property
    def stamnummer(self) -> str:
        return self.label.rpartition(" (")[2].rstrip(")")


class Desk(Visitor):
    def __init__(self, page: Page, leaks: Leaks, number: str = BRUSSEL.number) -> None:
        super().__init__(page, leaks)
        self.number = number

    # Getting around ----------------------------------------------------------------------------

    def open(self, path: str) -> None:
        self.page.goto(f"/{self.number}/{path}")

    def sign_in(self, email: str = BEHEERDER, password: str = PASSWORD) -> None:
        """Sign in with both steps; the second one is not asked again in the same browser."""
        manager = Manager.objects.get(email=email)
        give_app(manager)
        self.page.goto("/")
        self.type_password(email, password)
        code = self.page.get_by_label("Code")
        signed_in = self.page.get_by_role("button", name="Afmelden")
        expect(code.or_(signed_in)).to_be_visible()
        if code.is_visible():
            code.fill(unused_recovery_code(manager))
            self.press("Ga verder")
        expect(signed_in).to_be_visible()

    def type_password(self, email: str, password: str = PASSWORD) -> None:
        self.page.get_by_label("E-mailadres").fill(email)
        self.page.get_by_label("Wachtwoord").fill(password)
        self.press("Aanmelden")

    def sign_in_to_list(self) -> None:
        """Sign in and choose the school."""
        self.sign_in()
        self.page.get_by_role("link", name="BRUSSEL-STAD - TEST School 2 (2)").click()
        self.sees_heading("Ingeschreven leerlingen")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def choose(self, label: str) -> None:
        """Tick or choose what has this label, once the scripts of the page listen to it."""
        self.page.wait_for_load_state("domcontentloaded")
        self.page.get_by_label(label).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_heading(self, name: str) -> None:
        expect(self.page.get_by_role("heading", name=name).first).to_be_visible()

    def does_not_see(self, text: str) -> None:
        expect(self.page.get_by_text(text)).to_have_count(0)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    # The list ----------------------------------------------------------------------------------

    def search(self, words: str) -> None:
        self.page.wait_for_load_state("domcontentloaded")  # from then on the list listens
        self.page.get_by_role("searchbox").fill(words)

    def find(self, stamnummer: str) -> None:
        """Search for the one pupil with this stamnummer."""
        self.search(stamnummer)
        self.lists(1)

    def filter(self, label: str, value: str) -> None:
        self.page.wait_for_load_state("domcontentloaded")
        self.page.get_by_label(label, exact=True).select_option(value)

    def box(self, pupil: str) -> Locator:
        return self.page.get_by_role("checkbox", name=pupil)

    def tick(self, pupil: str) -> None:
        self.box(pupil).check()

    def counts(self, number: int) -> None:
        """The bar above the list shows how many pupils are selected."""
        shown = self.page.locator("[data-selected-number]").first
        expect(shown).to_have_text(str(number))

    def lists(self, number: int) -> None:
        """The heading of the list shows how many rows there are."""
        total = re.compile(rf"Totaal aantal rijen: {number}\s*$")
        expect(self.page.locator("#results-heading")).to_have_text(total)

    # Preview and single edit -------------------------------------------------------------------

    def section(self, heading: str) -> Locator:
        return self.page.get_by_role("region", name=heading)

    def read_preview(self) -> list[Shown]:
        """The rows that get a new password, in their order."""
        rows = self.page.locator("tr[id^=rij-]").evaluate_all(_READ_ROWS)
        shown = [Shown(**row) for row in rows]
        for row in shown:
            self.leaks.saw(row.password)
        return shown

    def choose_kind(self, pupil: str, kind: str) -> None:
        """Choose in the menu of the pupil's row; with JavaScript that is all."""
        self.page.get_by_label(f"Soort wachtwoord voor {pupil}").select_option(label=kind)

    def read_new_password(self) -> str:
        """The password on the page of one pupil."""
        shown = self.page.locator("form .secret, form .pictures").first
        expect(shown).to_be_visible()
        names = shown.locator("li").all_inner_texts()
        password = " - ".join(name.strip() for name in names) or shown.inner_text()
        self.leaks.saw(password)
        return password

    def is_prepared(self) -> None:
        expect(self.page.locator("[data-prepared]")).to_have_text("Klaar om te bewaren")

    # Import ------------------------------------------------------------------------------------

    def import_file(self, file: Path, *, partial: bool = False) -> None:
        """Upload a list, up to its preview."""
        self.open("import/")
        self.page.get_by_label("Bestand").set_input_files(file)
        if partial:
            self.page.get_by_label("Aanvulling").check()
        self.press("Toon het voorbeeld")

    # Documents ---------------------------------------------------------------------------------

    def save_and_print(self) -> Path:
        """Press the button, and that of the download on the page after it."""
        self.press("Bewaren en afdrukken")
        button = self.page.locator("form[data-starts] button")
        expect(button).to_be_focused()
        with self.page.expect_download() as started:
            button.click()
        return _kept(started.value)

    def download(self, button: str) -> Path:
        with self.page.expect_download() as started:
            self.press(button)
        return _kept(started.value)


def _kept(download: Download) -> Path:
    """Return the downloaded file, under the name that the manager sees."""
    return Path(download.path()).rename(
        Path(download.path()).with_name(download.suggested_filename)
    )
