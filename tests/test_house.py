"""The house stays as `docs/architecture.md` draws it."""

import ast
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models

ROOT = Path(settings.BASE_DIR)
# From the ground floor up: a room imports its own and lower ones only.
ROOMS = ["schoolloket", "students", "accounts", "credentials"]
# The roof, from where every room is seen.
ROOF = {"schoolloket/settings.py", "schoolloket/urls.py"}
UNDER_THE_ROOF = ("schoolloket/demo/", "schoolloket/privacy/")


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / room).rglob("*.py")


def on_the_roof(path: Path) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return name in ROOF or name.startswith(UNDER_THE_ROOF)


def rooms_imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    names = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    names += [
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    ]
    return {name.split(".")[0] for name in names} & set(ROOMS)


@pytest.mark.parametrize(
    "path", [p for p in sources() if not on_the_roof(p)], ids=lambda p: str(p.relative_to(ROOT))
)
def test_imports_go_down_only(path: Path) -> None:
    floor = ROOMS.index(path.relative_to(ROOT).parts[0])
    assert {ROOMS.index(room) for room in rooms_imported(path)} <= set(range(floor + 1))


def floor_of(model: type[models.Model]) -> int:
    return ROOMS.index(model.__module__.split(".")[0])


def own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m.__module__.split(".")[0] in ROOMS]


def test_foreign_keys_point_down_only() -> None:
    upward = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model in own_models()
        and floor_of(field.related_model) > floor_of(model)
    ]
    assert upward == []


def transactions_in(path: Path) -> bool:
    return "transaction.atomic" in path.read_text()


def test_transactions_begin_in_actions_only() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in sources()
        if transactions_in(path)
        and "actions" not in path.relative_to(ROOT).as_posix()
        and not on_the_roof(path)
    ]
    assert elsewhere == []


def test_views_do_not_write() -> None:
    writes = re.compile(r"(?<!saves)\.(save|create|update|delete|bulk_create|bulk_update)\(")
    views = [path for path in sources() if "views" in path.relative_to(ROOT).as_posix()]
    assert [str(p) for p in views if writes.search(p.read_text())] == []


def test_a_moment_and_who_did_it_stand_together() -> None:
    """A `_by` field has its `_at` field, and a constraint that mentions both or a nullable who."""
    lonely = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.fields
        if field.name.endswith("_by")
        and f"{field.name.removesuffix('_by')}_at" not in {f.name for f in model._meta.fields}
    ]
    assert lonely == []


@pytest.mark.django_db
def test_the_migrations_are_up_to_date() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_at_most_forty_packages_at_run_time() -> None:
    locked = (ROOT / "requirements.lock").read_text().splitlines()
    assert len([line for line in locked if "==" in line]) <= 40


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = [line for line in text.splitlines() if "==" in line]
    assert all(line.endswith("\\") for line in packages)
    assert "://" not in text
