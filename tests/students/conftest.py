"""Tests read files in their own process: a child for each file would take most of the time.

`test_reader`, `test_hostile_files` and tests with `in_a_child` read as the desk does.
"""

import pytest

from students.importing import actions
from tests.helpers import FEW_FILES
from tests.students.helpers import read_here


@pytest.fixture(autouse=True)
def _reading_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    # The long run is the real thing.
    long_run = request.config.getoption("--hostile-files") > FEW_FILES
    if "in_a_child" not in request.fixturenames and not long_run:
        monkeypatch.setattr(actions, "read", read_here)


@pytest.fixture
def in_a_child() -> None:
    """Read files as the desk does, in a process of its own."""
