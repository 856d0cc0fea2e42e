"""Batches of Alice, as the tests of `credentials` make them."""

from tests.credentials.conftest import prepare, ready, save, saved

__all__ = ["prepare", "ready", "save", "saved"]
