"""The house stays as `docs/architecture.md` draws it."""

import ast
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models

ROOT = Path(settings.BASE_DIR)
APPLICATIONS = ["schoolloket", "students", "accounts", "credentials"]
# From the ground floor up: a module imports its own and lower floors only. The rest of
# `schoolloket` (settings, URLs, error pages, demo, identity, privacy) is the roof, from where all
# is seen.
FLOORS = [
    "schoolloket.core",
    "schoolloket.institutions",
    "students",
    "accounts",
    "credentials",
    "schoolloket",
]


def name_of(path: Path) -> str:
    """Return the dotted name of a module: `accounts.views` for `accounts/views/__init__.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


SOURCES = {
    name_of(path): path
    for application in APPLICATIONS
    for path in (ROOT / application).rglob("*.py")
}


def imports_of(name: str, sources: Mapping[str, Path]) -> set[str]:
    """Return the modules of ours that a module imports, wherever in it and however written."""
    imported = set()
    for node in ast.walk(ast.parse(sources[name].read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            package = imported_package(name, sources[name], node)
            # `from accounts import usernames` imports a module, `from accounts.models import Kind`
            # a name that is in one.
            found = {f"{package}.{alias.name}" for alias in node.names} & sources.keys()
            imported |= found or {package}
    return imported & sources.keys() - {name}


def imported_package(name: str, path: Path, node: ast.ImportFrom) -> str:
    """Return the full name of what stands between `from` and `import`."""
    if not node.level:
        return node.module or ""
    steps_up = node.level - 1 if path.name == "__init__.py" else node.level
    above = name.split(".")[: -steps_up or None]
    return ".".join([*above, node.module] if node.module else above)


IMPORTS = {name: imports_of(name, SOURCES) for name in SOURCES}


def floor_of(name: str) -> int:
    """Return the number of a module's floor; that of `schoolloket.privacy` is the roof's."""
    return next(
        floor for floor, room in enumerate(FLOORS) if name == room or name.startswith(f"{room}.")
    )


@pytest.mark.parametrize("name", SOURCES)
def test_imports_go_down_only(name: str) -> None:
    upward = {used for used in IMPORTS[name] if floor_of(used) > floor_of(name)}
    assert upward == set()


def test_the_portal_is_above_the_rest_of_its_application() -> None:
    """The desk's pages of a LeerID know nothing of the pupils' pages."""
    below = [name for name in SOURCES if re.match(r"accounts\.(?!portal|migrations)", name)]
    assert [name for name in below if any("accounts.portal" in one for one in IMPORTS[name])] == []


def test_rendering_knows_no_database() -> None:
    """A document is drawn from what it is given (docs/architecture.md)."""
    rendering = [name for name in SOURCES if name.startswith("credentials.rendering.")]
    used = set().union(*(IMPORTS[name] for name in rendering))
    assert [name for name in used if name.endswith((".models", ".actions"))] == []


def in_a_circle(imports: Mapping[str, set[str]]) -> list[str]:
    """Return the modules that import themselves by way of others."""

    def reached_from(name: str) -> set[str]:
        reached: set[str] = set()
        ahead = list(imports[name])
        while ahead:
            one = ahead.pop()
            if one not in reached:
                reached.add(one)
                ahead += imports[one]
        return reached

    return [name for name in imports if name in reached_from(name)]


def test_no_imports_go_in_a_circle() -> None:
    assert in_a_circle(IMPORTS) == []


def test_a_circle_is_found_however_it_is_written(tmp_path: Path) -> None:
    """Relative, through a package, or hidden in a function: nothing escapes the test above."""
    (tmp_path / "one.py").write_text("from .sub import two")
    (tmp_path / "two.py").write_text("def late():\n    from .. import three")
    (tmp_path / "three.py").write_text("import a.one")
    sources = {
        "a.one": tmp_path / "one.py",
        "a.sub.two": tmp_path / "two.py",
        "a.three": tmp_path / "three.py",
    }
    imports = {name: imports_of(name, sources) for name in sources}
    assert in_a_circle(imports) == ["a.one", "a.sub.two", "a.three"]


# Every one of these is a way that a reader has to follow.
BRANCHES = (
    ast.If,
    ast.For,
    ast.While,
    ast.IfExp,
    ast.ExceptHandler,
    ast.Assert,
    ast.Lambda,
    ast.comprehension,
    ast.match_case,
)


def branches_in(function: ast.AST) -> int:
    """Return the cyclomatic complexity of a function: its branches and conditions, and one."""
    nodes = list(ast.walk(function))
    conditions = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    filters = sum(len(node.ifs) for node in nodes if isinstance(node, ast.comprehension))
    return 1 + sum(isinstance(node, BRANCHES) for node in nodes) + conditions + filters


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for name, path in SOURCES.items():
        if ".migrations" not in name:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    yield f"{name}.{node.name}", node


def lines_of(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


# Branches in 100 lines. The import judges what stands in strangers' files, so that its functions
# decide more than they do (decision 44). Who may enter, and who may do what, are short functions
# that ask one question each (decision 56).
IMPORT = "students.importing."
MOST_BRANCHES = {False: 26, True: 31}


@pytest.mark.parametrize("is_import", MOST_BRANCHES)
def test_functions_are_not_packed(is_import: bool) -> None:
    """Over all functions, and over those of the import: short ones are no aim (decision 29)."""
    found = [one for name, one in functions() if name.startswith(IMPORT) == is_import]
    branches, lines = sum(map(branches_in, found)), sum(map(lines_of, found))
    assert 100 * branches / lines <= MOST_BRANCHES[is_import]


def test_no_function_is_longer_than_a_screen() -> None:
    assert [name for name, function in functions() if lines_of(function) > 60] == []


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__ in SOURCES]


def test_foreign_keys_point_down_only() -> None:
    upward = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model in own_models()
        and floor_of(field.related_model.__module__) > floor_of(model.__module__)
    ]
    assert upward == []


def transactions_in(path: Path) -> bool:
    return "transaction.atomic" in path.read_text()


def is_of_the_demo(name: str) -> bool:
    """The demo's schools are made in one transaction around many actions."""
    return name.startswith("schoolloket.demo.")


def test_transactions_begin_in_actions_only() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for name, path in SOURCES.items()
        if transactions_in(path) and "actions" not in name.split(".") and not is_of_the_demo(name)
    ]
    assert elsewhere == []


def test_views_do_not_write() -> None:
    writes = re.compile(r"(?<!saves)\.(save|create|update|delete|bulk_create|bulk_update)\(")
    views = [path for name, path in SOURCES.items() if "views" in name]
    assert [str(path) for path in views if writes.search(path.read_text())] == []


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


def test_each_of_at_most_45_packages_at_run_time_has_its_reason() -> None:
    locked = (ROOT / "requirements.lock").read_text()
    packages = re.findall(r"^([a-z0-9-]+)[^=\n]*==", locked, re.MULTILINE)
    assert len(packages) <= 45
    reasons = (ROOT / "docs/decisions/0058-every-package-has-its-reason.md").read_text()
    named = set(re.findall(r"[a-z0-9-]+", " ".join(re.findall(r"^\| ([^|]+) \|", reasons, re.M))))
    assert set(packages) - named == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = [line for line in text.splitlines() if "==" in line]
    assert all(line.endswith("\\") for line in packages)
    assert "://" not in text
