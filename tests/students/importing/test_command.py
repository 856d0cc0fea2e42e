"""manage.py import_students: the nightly import."""

import json
import logging
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.html import escape

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.management.commands.import_students import Command
from students.models import Enrolment, ImportRun
from tests.students.helpers import DEMO_DATA, csv_file, pupil, pupils, run_import, without

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

NightlyImport = Callable[..., str]
Status = Callable[..., int]


@pytest.fixture
def nightly(brussel: Institution, tmp_path: Path) -> NightlyImport:
    def nightly(content: bytes | Path, *options: str) -> str:
        file = content if isinstance(content, Path) else tmp_path / "lijst.csv"
        if isinstance(content, bytes):
            file.write_bytes(content)
        out = StringIO()
        try:
            call_command(
                "import_students", "--institution", brussel.number, *options, str(file), stdout=out
            )
        finally:
            nightly.said = out.getvalue()  # type: ignore[attr-defined]
        return out.getvalue()

    return nightly


@pytest.fixture
def status(nightly: NightlyImport) -> Callable[..., int]:
    """The status with which the command ends; `nightly.said` has its report."""

    def status(content: bytes | Path, *options: str) -> int:
        try:
            nightly(content, *options)
        except CommandError as error:
            return error.returncode
        return 0

    return status


def report(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


def test_a_run_says_what_it_did(nightly: NightlyImport) -> None:
    nightly(DEMO_DATA / "discimus-999912.csv")
    said = report(nightly(DEMO_DATA / "discimus-999912-later.csv", "--json"))
    assert {n: said[n] for n in ("new", "changed", "ended", "unchanged")} == {
        "new": 6,
        "changed": 5,
        "ended": 4,
        "unchanged": 191,
    }
    assert said["errors"] == []
    assert said["columns"]["Klas"] == "klas"
    assert said["columns"]["Rijksregisternummer"] == "rijksregister- of bisnummer"
    assert ImportRun.objects.applied().count() == 2


def test_bad_rows_are_named_and_the_others_imported(nightly: NightlyImport) -> None:
    content = csv_file([pupil(1), pupil(2, starts_on="x"), *(pupil(n) for n in range(3, 12))])
    said = report(nightly(content, "--json"))
    assert (said["new"], [error["row"] for error in said["errors"]]) == (10, [3])
    assert "begindatum is geen datum" in said["errors"][0]["reason"]
    assert "row 3: De begindatum is geen datum" in nightly(content)


def test_the_same_file_again_changes_nothing(nightly: NightlyImport) -> None:
    nightly(csv_file(pupils(3)))
    before = list(Enrolment.objects.values())
    assert "0 new, 0 changed, 0 ended, 3 unchanged" in nightly(csv_file(pupils(3)))
    assert list(Enrolment.objects.values()) == before


def test_a_dry_run_says_it_all_and_writes_nothing(nightly: NightlyImport) -> None:
    said = report(nightly(csv_file(pupils(3)), "--dry-run", "--json"))
    assert (said["new"], said["dry_run"]) == (3, True)
    assert not Enrolment.objects.exists()
    assert not ImportRun.objects.exists()


def test_the_report_tells_who_was_recognised_and_a_dry_run_cannot(
    nightly: NightlyImport, gent: Institution
) -> None:
    there = [pupil(n, institution="999913") for n in range(2)]
    run_import(Actor(institution=gent), csv_file(there))
    content = csv_file(pupils(3))
    assert report(nightly(content, "--dry-run", "--json"))["recognised"] == 0
    assert "3 new, 0 changed, 0 ended, 0 unchanged, 0 bad rows, 2 recognised" in nightly(content)
    assert ImportRun.objects.first().told_of_recognised == "2 leerlingen brachten hun LeerID mee"


def test_a_partial_list_ends_nobody(nightly: NightlyImport) -> None:
    nightly(csv_file(pupils(3)))
    assert report(nightly(csv_file(pupils(1)), "--partial", "--json"))["ended"] == 0


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_more_than_ten_percent_is_refused_until_it_is_allowed(
    nightly: NightlyImport, options: list[str]
) -> None:
    nightly(csv_file(pupils(20)))
    with pytest.raises(CommandError, match="zou 3 van de 20 inschrijvingen"):
        nightly(csv_file(pupils(17)), *options)
    assert not Enrolment.objects.exclude(ends_on="2027-08-31").exists()
    assert report(nightly(csv_file(pupils(17)), "--max-ended", "3", "--json"))["ended"] == 3


def test_a_file_that_stops_in_the_middle_of_a_line_ends_nobody_in_silence(
    nightly: NightlyImport,
) -> None:
    nightly(csv_file(pupils(30)))
    whole = csv_file(pupils(29))
    assert report(nightly(csv_file(pupils(30))[:-2], "--json"))["ended"] == 0
    with pytest.raises(CommandError, match="stopt midden in een regel"):
        nightly(whole[:-2])
    assert report(nightly(whole, "--json"))["ended"] == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Het bestand is leeg"),
        (b"%PDF-1.4 Stamnummer;Naam;Voornaam\n1;a;b\n", "geen leesbare tabel"),
        (csv_file(pupils(1), without("first_name")), "Er is geen kolom met voornaam"),
    ],
)
def test_an_unusable_file_imports_nothing_and_fails(
    nightly: NightlyImport, content: bytes, reason: str
) -> None:
    with pytest.raises(CommandError, match=reason):
        nightly(content, "--json")
    assert reason in report(nightly.said)["error"]  # type: ignore[attr-defined]
    assert not Enrolment.objects.exists()
    run = ImportRun.objects.get()
    assert (run.state, run.applied_at) == (ImportRun.State.FAILED, None)
    assert reason in run.error
    assert not ImportRun.objects.applied().exists()


def test_a_file_or_institution_that_is_not_there(nightly: NightlyImport, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Cannot read"):
        nightly(tmp_path / "nergens.csv")
    with pytest.raises(CommandError, match="no institution 123456"):
        call_command("import_students", "--institution", "123456", "x.csv")


def test_a_run_is_logged_without_the_data_of_the_rows(
    nightly: NightlyImport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bad = pupil(2, starts_on="gisteren", last_name="Geheim")
    with pytest.raises(CommandError):
        nightly(csv_file([pupil(1), bad]))
    assert "import 999912 lijst.csv: 1 new" in caplog.text
    assert "999912 row 3: De begindatum is geen datum" in caplog.text
    logged = f"{caplog.text} {ImportRun.objects.values().get()}"
    for secret in ("gisteren", "Geheim", "Voornaam1", bad["number"], pupil(1)["number"]):
        assert secret not in logged


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_names_in_doubt_are_printed_and_never_kept(
    nightly: NightlyImport,
    status: Status,
    caplog: pytest.LogCaptureFixture,
    options: list[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    content = csv_file([pupil(1, first_name="Noémie", last_name="Zoë")], encoding="mac-roman")
    assert status(content, "--json", *options) == 2
    how_read, question = report(nightly.said)["warnings"]  # type: ignore[attr-defined]
    assert "We lazen het als Mac Roman." in how_read
    assert re.fullmatch(r"Klopt dit: .*No\u00e9mie.*\?", question)
    assert status(content, *options) == 2
    assert f"warning: {question}" in nightly.said  # type: ignore[attr-defined]

    kept = f"{caplog.text} {list(ImportRun.objects.values())}"
    assert "Mac Roman" in caplog.text
    for name in ("Klopt dit", "Noémie", "Zoë"):
        assert name not in kept


# What the status, the report and the log say -----------------------------------------------------

NAMELESS = pupil(30, stamnummer="", number="", birth_date="")


def with_nameless(count: int) -> bytes:
    """A list with a row that names a pupil without any number: it may not name all pupils."""
    return csv_file([*pupils(count), NAMELESS])


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (pupils(20), 0),
        ([*pupils(19), pupil(20, starts_on="x")], 0),
        ([*pupils(17), pupil(20, starts_on="x"), pupil(21, starts_on="x")], 2),
        ([*pupils(19), pupil(20, institution="999913")], 2),
        ([pupil(1, starts_on="x")], 1),
        (pupils(5, institution="999913"), 1),
    ],
    ids=["good", "few-bad", "many-bad", "another-school-s-row", "none-good", "another-school-s"],
)
def test_the_status_says_whether_somebody_must_look(
    status: Status, rows: list[dict[str, str]], expected: int, options: list[str]
) -> None:
    assert status(csv_file(rows), *options) == expected


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_endings_that_are_withheld_are_said_everywhere(
    nightly: NightlyImport,
    status: Status,
    caplog: pytest.LogCaptureFixture,
    alice_client: Client,
    options: list[str],
) -> None:
    nightly(csv_file(pupils(40)))
    caplog.set_level(logging.INFO)
    assert status(with_nameless(37), "--json", *options) == 2
    said = report(nightly.said)  # type: ignore[attr-defined]
    assert (said["ended"], said["withheld"]) == (0, 3)
    assert any("ontbreekt het stamnummer" in warning for warning in said["warnings"])
    status(with_nameless(37), *options)
    told = "3 leerlingen staan niet in de lijst en blijven toch ingeschreven"
    for sentence in (told, *said["warnings"]):
        assert f"warning: {sentence}" in nightly.said  # type: ignore[attr-defined]
        assert f"999912 warning: {sentence}" in caplog.text
    if not options:
        page = alice_client.get("/999912/import/").content.decode()
        assert told in page
        assert all(escape(warning) in page for warning in said["warnings"])


def test_the_log_has_the_remarks_that_the_report_has(
    nightly: NightlyImport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    said = report(nightly(csv_file([*pupils(2), pupil(1, starts_on="05/10/2026")]), "--json"))
    assert said["remarks"]
    for remark in said["remarks"]:
        assert f"999912 row {remark['row']}: {remark['reason']}" in caplog.text


def test_a_night_in_which_every_row_fails_imports_nothing_and_reports_in_full(
    nightly: NightlyImport, status: Status, alice_client: Client
) -> None:
    nightly(csv_file(pupils(3)))
    assert status(csv_file(pupils(2, starts_on="x")), "--json") == 1
    said = report(nightly.said)  # type: ignore[attr-defined]
    assert said["error"] == "Geen enkele rij is goed. Er is niets ingelezen."
    assert (said["bad_rows"], said["withheld"], len(said["errors"])) == (2, 0, 2)
    page = alice_client.get("/999912/import/").content.decode()
    assert "De laatste import is mislukt" in page
    assert page.count(said["error"]) == 2
    assert "Rij 3: De begindatum is geen datum" in page
    assert "De laatste import is mislukt" not in again(nightly, alice_client)


def again(nightly: NightlyImport, client: Client) -> str:
    """The page after the next night, which went well."""
    nightly(csv_file(pupils(3)))
    return client.get("/999912/import/").content.decode()


def test_a_refused_list_says_what_it_would_have_done(
    nightly: NightlyImport, status: Status
) -> None:
    nightly(csv_file(pupils(20)))
    assert status(csv_file(pupils(17)), "--json") == 1
    said = report(nightly.said)  # type: ignore[attr-defined]
    assert (said["ended"], said["unchanged"]) == (3, 17)
    assert "zou 3 van de 20 inschrijvingen" in said["error"]
    assert Enrolment.objects.filter(ends_on="2027-08-31").count() == 20


def test_a_list_that_the_package_did_not_write_fails_visibly(
    status: Status, alice_client: Client, tmp_path: Path
) -> None:
    assert status(tmp_path / "nergens.csv") == 1
    page = alice_client.get("/999912/import/").content.decode()
    assert "Het bestand is er niet, of kan niet worden gelezen." in page
    assert str(tmp_path) not in page


def test_a_dry_run_that_fails_leaves_nothing(status: Status, tmp_path: Path) -> None:
    assert status(tmp_path / "nergens.csv", "--dry-run") == 1
    assert status(b"", "--dry-run") == 1
    assert not ImportRun.objects.exists()


def test_a_wrong_option_is_no_import_that_somebody_must_look_at(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "import_students", "--nonsense"])
    assert ended.value.code == 1
    assert "--institution" in capsys.readouterr().err
