"""The pictures of a picture password are those of their sources."""

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page

from accounts.pictures import GRID, Picture
from credentials.material.make_pictures import STATIC, drawn

from .eyes import once_for_all_databases

pytestmark = [pytest.mark.browser, once_for_all_databases]


@pytest.mark.parametrize("picture", GRID, ids=lambda picture: picture.slug)
def test_every_picture_is_drawn_from_its_source(picture: Picture, page: Page) -> None:
    """Another version of the browser may smooth an edge differently."""
    with Image.open(STATIC / picture.static_path) as image:
        difference = ImageChops.difference(image.convert("RGB"), drawn(picture, page))
    assert max(ImageStat.Stat(difference).mean) < 1
