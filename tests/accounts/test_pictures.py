"""The sixteen pictures (R7), told apart even where a copier knows nothing but black and white."""

from itertools import combinations, product
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageOps

from accounts.pictures import GRID, Picture

STATIC = Path(__file__).parents[2] / "static"

DOTS = 300 / 25.4  # of a printer, in a millimetre
SIDE = round(6.2 * DOTS)  # on a sticker of L7651, the smallest on paper
MARGIN = 6  # dots of white paper around it
BLUR = 0.085 * DOTS  # of a copier

# The grey of 255 from which copiers leave a dot white.
LIGHT_COPY, FAIR_COPY, DARK_COPY = 96, 128, 180

each_picture = pytest.mark.parametrize("picture", GRID, ids=lambda picture: picture.slug)
each_copy = pytest.mark.parametrize(
    "white_from", [LIGHT_COPY, FAIR_COPY, DARK_COPY], ids=["light copy", "fair copy", "dark copy"]
)


def grey(picture: Picture) -> Image.Image:
    with Image.open(STATIC / picture.static_path) as image:
        return image.convert("L")


def on_a_sticker(image: Image.Image) -> Image.Image:
    """Return an image of 256 x 256 px as the dots of a sticker, with a margin."""
    small = image.resize((SIDE, SIDE), Image.Resampling.BOX)
    return ImageOps.expand(small, MARGIN, fill=255)


def ink(image: Image.Image, *, white_from: int) -> Image.Image:
    """Return an image of greys with 255 where there is ink, and 0 where the paper is white."""
    return image.point(lambda value: 255 if value < white_from else 0)


def copied(picture: Picture, white_from: int) -> Image.Image:
    """Return the ink of a picture that was printed on a sticker, and copied as text is."""
    blurred = on_a_sticker(grey(picture)).filter(ImageFilter.GaussianBlur(BLUR))
    return ink(blurred, white_from=white_from)


def share(image: Image.Image) -> float:
    """Return how much of a picture's square is ink."""
    return image.histogram()[255] / SIDE**2


@each_picture
def test_every_picture_is_a_small_square_png(picture: Picture) -> None:
    path = STATIC / picture.static_path
    assert path.stat().st_size < 6_000
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (256, 256))


@each_picture
def test_every_picture_stands_free_on_white(picture: Picture) -> None:
    left, top, right, bottom = ImageOps.invert(grey(picture)).getbbox() or (0, 0, 0, 0)
    assert min(left, top, 256 - right, 256 - bottom) >= 4


def test_no_picture_too_many_lies_in_the_folder() -> None:
    found = {path.name for path in (STATIC / "pictures").iterdir()}
    assert found == {f"{picture.slug}.png" for picture in GRID}


def outlined(picture: Picture) -> Image.Image:
    """Return the dots where a picture borders on the white of the paper, however light it is."""
    silhouette = grey(picture).point(lambda value: 0 if value < 245 else 255)
    shape = ink(on_a_sticker(silhouette), white_from=128)
    return ImageChops.subtract(shape, shape.filter(ImageFilter.MinFilter(3)))


@each_copy
@each_picture
def test_a_copy_keeps_the_outline_of_every_picture(picture: Picture, white_from: int) -> None:
    outline = outlined(picture)
    within_a_dot = copied(picture, white_from).filter(ImageFilter.MaxFilter(3))
    kept = ImageChops.darker(outline, within_a_dot)
    assert share(kept) >= 0.99 * share(outline)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how much of the square differs where one lies best on the other, within 3 dots."""
    shifts = product(range(-3, 4), repeat=2)
    return min(
        share(ImageChops.difference(one, ImageChops.offset(other, across, down)))
        for across, down in shifts
    )


@each_copy
def test_no_two_pictures_look_alike_in_a_copy(white_from: int) -> None:
    """A fifth of the square differs at least; the closest are `fiets` and `bril`, by 0.22."""
    copies = {picture.slug: copied(picture, white_from) for picture in GRID}
    differences = {
        (one, other): difference(copies[one], copies[other])
        for one, other in combinations(copies, 2)
    }
    assert {pair: found for pair, found in differences.items() if found < 0.2} == {}


@each_copy
@each_picture
def test_every_picture_has_a_fair_share_of_ink(picture: Picture, white_from: int) -> None:
    assert 0.15 < share(copied(picture, white_from)) < 0.65
