"""The ZIP of a batch."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from zipfile import ZipFile

import pytest

from credentials.documents import documents_of, zip_of
from credentials.models import Batch
from credentials.rendering.archive import zip_name
from schoolloket.institutions.models import Institution

from .samples import ABDULGHANI, AURELIAN, SUHEDA, job

JOB = job(SUHEDA, AURELIAN, ABDULGHANI)
PDFS = [
    "leerid-a4.pdf",
    "leerid-brief.pdf",
    "leerid-stickers-l7160.pdf",
    "leerid-stickers-l7163.pdf",
    "leerid-stickers-l7651.pdf",
    "leerid-kaartjes.pdf",
    "leerid-klaslijst.pdf",
]
BULK_DOCUMENTS = documents_of(Batch(purpose=Batch.Purpose.RENEW, institution=Institution()))
BULK = zip_of(BULK_DOCUMENTS)
SINGLE = zip_of(documents_of(Batch(purpose=Batch.Purpose.SINGLE, institution=Institution())))


def opened(archive: bytes) -> ZipFile:
    return ZipFile(BytesIO(archive))


def test_the_zip_is_named_after_school_and_minute() -> None:
    assert zip_name(JOB) == "leerid-012345-20260824-1405.zip"


def test_a_bulk_zip_holds_every_document_and_the_workbook() -> None:
    assert opened(BULK.render(JOB)).namelist() == [*PDFS, "leerid.xlsx"]


def test_the_zip_of_a_single_edit_has_no_workbook() -> None:
    assert opened(SINGLE.render(JOB)).namelist() == PDFS


def test_a_document_on_its_own_is_the_one_in_the_zip() -> None:
    archive = opened(BULK.render(JOB))
    assert archive.testzip() is None
    assert [document.name for document in BULK_DOCUMENTS] == archive.namelist()
    for document in BULK_DOCUMENTS:
        assert archive.read(document.name) == document.render(JOB)


def test_the_members_are_dated_when_the_batch_was_saved() -> None:
    members = opened(BULK.render(JOB)).infolist()
    assert {member.date_time for member in members} == {(2026, 8, 24, 14, 5, 0)}


def test_the_same_job_gives_the_same_bytes() -> None:
    assert BULK.render(JOB) == BULK.render(JOB)


def test_managers_who_print_at_once_get_their_own_bytes() -> None:
    jobs = [job(SUHEDA), job(AURELIAN), job(ABDULGHANI), JOB] * 2
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(BULK.render, jobs))
    assert together == [BULK.render(one) for one in jobs]


def test_nothing_goes_through_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "gettempdir"):
        monkeypatch.setattr(tempfile, name, refuse)
    assert BULK.render(JOB)


def test_the_streams_are_left_to_the_deflate_of_the_zip() -> None:
    archive = opened(SINGLE.render(job(*[SUHEDA] * 100)))
    pages = archive.getinfo("leerid-a4.pdf")
    assert b"/FlateDecode" not in archive.read(pages)
    assert pages.compress_size < pages.file_size / 2
