"""Fixtures of the tests of `credentials` that these tests use too."""

from tests.credentials.conftest import prepare, ready, save, saved

__all__ = ["prepare", "ready", "save", "saved"]
