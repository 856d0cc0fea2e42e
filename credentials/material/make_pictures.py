"""Draw the sixteen pictures (rule R7): from `pictures/*.svg` to a PNG for screen and paper.

Run from the root of the project, with what its browser tests need (`make .venv/dev browser`):

    python -m credentials.material.make_pictures

A source can be read by eye and opened in any program that draws. Its square is 256 wide, so that
a dot of a sticker (6.2 mm at 300 dpi) is 3.5 of it. Whoever draws one keeps to this, for a copy in
pure black and white:

- every light shape has a black outline of 12, or at least 8 inside others;
- a colour is light (a grey of 190 or more of 255) or dark (80 or less), nothing between;
- shapes are large, and the outermost 4 of the square stay white.

`tests/accounts/test_pictures.py` judges what comes out.
"""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from accounts.pictures import GRID, Picture

SOURCES = Path(__file__).parent / "pictures"
STATIC = Path(__file__).parents[2] / "static"
SIDE = 256  # px: 10 mm on paper at 600 dpi
COLOURS = 64


def main() -> None:
    """Write all sixteen; the exact bytes may differ with another version of Chromium or Pillow."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = chromium.new_page()

        for picture in GRID:
            image = drawn(picture, page).quantize(COLOURS, dither=Image.Dither.NONE)
            image.save(STATIC / picture.static_path, optimize=True)

        chromium.close()


def drawn(picture: Picture, page: Page) -> Image.Image:
    """Return a picture as a browser draws its source: 256 x 256 px of RGB, on white.

    The page takes the size of the picture, and shows it.
    """
    source = (SOURCES / f"{picture.slug}.svg").read_text(encoding="utf-8")

    page.set_viewport_size({"width": SIDE, "height": SIDE})
    page.set_content(f'<body style="margin: 0">{source}')
    screenshot = page.screenshot()

    return Image.open(io.BytesIO(screenshot)).convert("RGB")


if __name__ == "__main__":
    main()
