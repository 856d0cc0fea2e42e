"""manage.py import_students: the nightly import."""

import json
import logging
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment, ImportRun
from tests.students.helpers import DEMO_DATA, csv_file, pupil, pupils, run_import, without

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

NightlyImport = Callable[..., str]


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
    content = csv_file([pupil(1), pupil(2, starts_on="x")])
    said = report(nightly(content, "--json"))
    assert (said["new"], [error["row"] for error in said["errors"]]) == (1, [3])
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
    assert not ImportRun.objects.exists()


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
    nightly(csv_file([pupil(1), bad]))
    assert "import 999912 lijst.csv: 1 new" in caplog.text
    assert "999912 row 3: De begindatum is geen datum" in caplog.text
    logged = f"{caplog.text} {ImportRun.objects.values().get()}"
    for secret in ("gisteren", "Geheim", "Voornaam1", bad["number"], pupil(1)["number"]):
        assert secret not in logged
