"""The documents are true: what code and documents cite is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ["schoolloket", "students", "accounts", "credentials"]
FOLDERS = [*ROOMS, "templates", "static", "tests", "benchmarks", "docs"]
SUFFIXES = {".py", ".html", ".txt", ".css", ".js", ".md"}

RULES = ROOT / "docs" / "rules.md"
DECISIONS = ROOT / "docs" / "decisions"
OPERATIONS = ROOT / "docs" / "operations.md"
# The documents that name files of the project.
GUIDES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/asvs.md",
    "docs/rules.md",
]
# Where the rules came from; it is not in the repository, so nobody can look it up.
OUTSIDE = "product" + ".md"


def texts() -> Iterator[tuple[str, str]]:
    """Every text of our own in the repository, by its path."""
    files = [path for path in ROOT.glob("*") if path.suffix == ".md" or path.name == "Makefile"]
    for folder in FOLDERS:
        files += [path for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        if "/vendor/" not in name:
            yield name, path.read_text()


def numbers_cited(cited: str) -> dict[str, set[int]]:
    """Return by file the numbers in what the pattern's only group matches."""
    found = {
        name: {
            int(number) for group in re.findall(cited, text) for number in re.findall(r"\d+", group)
        }
        for name, text in texts()
    }
    return {name: numbers for name, numbers in found.items() if numbers}


def not_among(there: set[int], cited: dict[str, set[int]]) -> dict[str, set[int]]:
    return {name: numbers - there for name, numbers in cited.items() if numbers - there}


# Rules -----------------------------------------------------------------------------------------


def rules() -> set[int]:
    return {int(number) for number in re.findall(r"^## R(\d+) ", RULES.read_text(), re.M)}


def test_every_rule_that_is_cited_is_in_the_rules() -> None:
    cited = numbers_cited(r"\bR(\d{1,2})\b")
    assert len(cited) > 80
    assert not_among(rules(), cited) == {}


def test_every_part_that_is_cited_is_in_the_rules() -> None:
    parts = set(re.findall(r"^## (.+)$", RULES.read_text(), re.M))
    cited = {
        (name, part)
        for name, text in texts()
        for part in re.findall(r"docs/rules\.md,\s+([A-Z][\w ]*)", text)
    }
    assert {(name, part) for name, part in cited if part not in parts} == set()


def test_every_place_that_a_rule_names_is_there() -> None:
    """A file with names in brackets after it holds those names."""
    named = re.findall(r"`([\w./-]+\.py)`\s+\(([^)]+)\)", RULES.read_text())
    assert len(named) > 110
    missing = [
        (path, name)
        for path, brackets in named
        for name in re.findall(r"`(\w+)`", brackets)
        if not re.search(rf"\b{name}\b", (ROOT / path).read_text())
    ]
    assert missing == []


def test_what_is_not_in_the_repository_is_not_cited() -> None:
    assert [name for name, text in texts() if OUTSIDE in text] == []


# Decisions -------------------------------------------------------------------------------------


def decisions() -> dict[int, Path]:
    return {int(path.name[:4]): path for path in sorted(DECISIONS.glob("0*.md"))}


def test_every_decision_that_is_cited_is_there() -> None:
    in_words = numbers_cited(r"\b[Dd]ecisions?[\s#]+(\d+(?:(?:, | and )\d+)*)")
    assert len(in_words) > 5
    by_file = numbers_cited(r"docs/decisions/(\d{4})")
    cited = {name: in_words.get(name, set()) | by_file.get(name, set()) for name, _ in texts()}
    assert not_among(set(decisions()), cited) == {}


def test_a_decision_has_the_number_of_its_file() -> None:
    wrong = [
        path.name
        for number, path in decisions().items()
        if not path.read_text().startswith(f"# {number}. ")
    ]
    assert wrong == []


def test_the_index_names_every_decision_in_order() -> None:
    index = (DECISIONS / "README.md").read_text()
    linked = re.findall(r"^\| \[(\d+)\]\((\d{4}-[\w-]+\.md)\)", index, re.M)
    assert linked == [(str(number), path.name) for number, path in decisions().items()]


# Files and settings ----------------------------------------------------------------------------


def paths_named(text: str) -> set[str]:
    """The paths in backticks: those with a folder in them, and the known files of the root."""
    named = re.findall(r"`([\w.][\w./-]*)`", text)
    of_the_root = re.compile(r"Makefile|LICENSE|[A-Z]+\.md|[\w-]+\.(toml|lock)")
    return {name for name in named if "/" in name or of_the_root.fullmatch(name)}


@pytest.mark.parametrize("guide", GUIDES)
def test_every_file_that_a_guide_names_is_there(guide: str) -> None:
    named = paths_named((ROOT / guide).read_text())
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        (name, link)
        for name, text in texts()
        if name.endswith(".md")
        for link in re.findall(r"\]\(([^):#]+)\)", text)
        if not (ROOT / name).parent.joinpath(link).exists()
    ]
    assert broken == []


def test_operations_names_every_setting_of_the_environment_and_no_other() -> None:
    read = {"VAULT_KEYS", "PEPPER_KEYS", "DATABASE_URL"}
    environment = (ROOT / "schoolloket" / "environment.py").read_text()
    read |= set(re.findall(r"\"(SSO_[A-Z_]+)\"", environment))
    code = (ROOT / "schoolloket" / "settings.py").read_text()
    read |= set(re.findall(r"environment\.\w+\(\s*\"([A-Z_]+)\"", code))
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", OPERATIONS.read_text(), re.M)
    assert {name for row in rows for name in re.findall(r"[A-Z_]+", row)} == read


def test_the_hooks_before_a_commit_are_those_of_make_check() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    recipe = re.search(r"^check:.*\n((?:\t.+\n)+)", (ROOT / "Makefile").read_text(), re.M)
    assert recipe
    commands = re.findall(r"\$\(BIN\)/(.+)", recipe[1])
    assert commands
    assert [one for one in commands if f"entry: .venv/bin/{one}\n" not in hooks] == []
