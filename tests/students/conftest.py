"""Tests read files in their own process: a child for each file would take most of the time.

`test_reader`, `test_hostile_files` and tests with `in_a_child` read as the desk does.
"""

import pytest
from django.conf import settings

from students.importing import Limits, actions
from students.importing.cells import FileCells, read_cells
from tests.conftest import FEW_FILES


def read_here(content: bytes) -> FileCells:
    return read_cells(content, Limits(settings.IMPORT_MAX_BYTES, settings.IMPORT_MAX_ROWS))


@pytest.fixture(autouse=True)
def _reading_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    # The long run is the real thing.
    long_run = request.config.getoption("--hostile-files") > FEW_FILES
    if "in_a_child" not in request.fixturenames and not long_run:
        monkeypatch.setattr(actions, "read", read_here)


@pytest.fixture
def in_a_child() -> None:
    """Read files as the desk does, in a process of its own."""
