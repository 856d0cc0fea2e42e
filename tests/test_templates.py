"""The templates can be read: short lines, blocks apart, and no values that belong to Python."""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import TextChoices

TEMPLATES = Path(settings.BASE_DIR) / "templates"
LONGEST_LINE = 120
OWN_APPS = ("accounts", "credentials", "schoolloket", "students")

# Where a template could repeat a value of an enum: a condition, a posted value, a query, a class.
CONDITION = re.compile(r"{%\s*(?:if|elif)\b(.*?)%}", re.DOTALL)
QUOTED = re.compile(r"""["']([^"']*)["']""")
POSTED = re.compile(r'\bvalue="([^"{]*)"')
ASKED = re.compile(r"[?&;][\w-]+=([\w-]+)")
CLASSES = re.compile(r'\bclass="([^"]*)"')

each_template = pytest.mark.parametrize(
    "path",
    sorted(TEMPLATES.rglob("*.html")),
    ids=lambda path: path.relative_to(TEMPLATES).as_posix(),
)


def enums(base: type[TextChoices] = TextChoices) -> Iterator[type[TextChoices]]:
    for found in base.__subclasses__():
        yield from enums(found)
        if found.__module__.split(".")[0] in OWN_APPS:
            yield found


def values_of_enums() -> set[str]:
    # The views import the enums that no model has.
    import_module(settings.ROOT_URLCONF)
    return {value for enum in enums() for value in enum.values if value}


def literals(markup: str) -> set[str]:
    """Give the values that a template says by itself instead of asking an enum for them."""
    conditions = " ".join(CONDITION.findall(markup))
    plain = re.sub(r"{[{%].*?[%}]}", "", markup, flags=re.DOTALL)
    classes = " ".join(CLASSES.findall(plain)).split()
    return {*QUOTED.findall(conditions), *POSTED.findall(plain), *ASKED.findall(plain), *classes}


@each_template
def test_no_line_is_too_long_for_a_diff(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert [line for line in lines if len(line) > LONGEST_LINE] == []


@each_template
def test_a_block_has_a_blank_line_before_it(path: Path) -> None:
    lines = path.read_text().splitlines()
    crowded = [
        line
        for before, line in pairwise(lines)
        if re.match(r"\s*{% block ", line) and before.strip() and not opens(before)
    ]
    assert crowded == []


def opens(line: str) -> bool:
    """Whether a line opens a tag, whose contents begin right below it."""
    return re.fullmatch(r"\s*<(?!/)[^<]*>", line) is not None


@each_template
def test_no_value_of_an_enum_is_repeated(path: Path) -> None:
    assert literals(path.read_text()) & values_of_enums() == set()


@pytest.mark.parametrize(
    "markup",
    [
        '{% if batch.state == "saved" %}',
        "{% elif account.kind == 'basis' %}",
        '<button name="purpose" value="renew">',
        '<a href="{{ request.path }}?wijze=woord">',
        '<a href="?sorteer=naam&amp;status=geen-account">',
        '<span class="tag actief {{ more }}">',
    ],
)
def test_a_repeated_value_is_seen(markup: str) -> None:
    assert literals(markup) & values_of_enums() != set()
