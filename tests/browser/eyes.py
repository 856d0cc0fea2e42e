"""Accessibility of a page at each size: no fault that axe finds, one h1, no wider than the window.

With SCREENSHOTS=<folder> a screenshot of each page is saved there.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize

Sizes = dict[str, ViewportSize]

# Of a manager: a desk, a tablet and a phone.
DESK_SIZES: Sizes = {
    "desk": {"width": 1280, "height": 900},
    "tablet": {"width": 820, "height": 1180},
    "phone": {"width": 390, "height": 844},
}

# A page looks the same whatever its database, and three sizes of each take minutes: they are looked
# at on SQLite, where `.ci/run` runs the suite too.
once_for_all_databases = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"),
    reason="the looks of a page do not depend on the database",
)

AXE = (settings.BASE_DIR / "tests" / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_FAULTS = """async rules => {
    const found = await axe.run(document, {runOnly: rules});
    return found.violations.map(({id, nodes}) =>
        `${id}: ${nodes.length} times, as at ${nodes[0].target}; ${nodes[0].failureSummary}`);
}"""
_TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter(found => found.getBoundingClientRect().right > innerWidth + 1)
    .filter(found => !found.closest(".scroll, .visually-hidden"))
    .map(found => found.outerHTML.slice(0, 120))"""


class Eyes:
    """Checks pages one by one and collects their faults, which the test reports at the end."""

    def __init__(self, page: Page, sizes: Sizes) -> None:
        self.page, self.sizes = page, sizes
        self.faults: list[str] = []

    def look(self, name: str) -> None:
        self.page.locator("main").wait_for()
        for size, viewport in self.sizes.items():
            self.page.set_viewport_size(viewport)
            # The whole page at once, so that the bar at the foot of the list covers no row.
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size(viewport | {"height": height})
            self.faults += [f"{name} ({size}): {fault}" for fault in self._faults()]
            if folder := os.environ.get("SCREENSHOTS"):
                picture = self.page.screenshot(full_page=True)
                (Path(folder) / f"{name}-{size}.png").write_bytes(picture)
        self.page.set_viewport_size(next(iter(self.sizes.values())))

    def _faults(self) -> Iterator[str]:
        # `evaluate` is exempt from the page's policy, which allows no inline script.
        self.page.evaluate(AXE)
        yield from self.page.evaluate(_FAULTS, RULES)
        if (headings := self.page.locator("h1").count()) != 1:
            yield f"{headings} h1"
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield f"wider than the window: {self.page.evaluate(_TOO_WIDE)}"
