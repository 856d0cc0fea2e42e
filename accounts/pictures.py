"""The sixteen pictures of a picture password (R7).

They are told apart in pure black and white too, since copiers print them so. Nothing here needs
Django: `Picture.static_path` is what `{% static %}` takes. `credentials/material/make_pictures.py`
draws the files.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# How many pictures make a password (R7).
PASSWORD_LENGTH = 4


@dataclass(frozen=True)
class Picture:
    """One square of the grid.

    `slug` is ASCII a-z without hyphen and never changes, since it is part of what is hashed;
    `name` is the Dutch name as shown, printed and written in Excel.
    """

    slug: str
    name: str

    @property
    def static_path(self) -> str:
        """The PNG (256 x 256 px, white ground) under the static root: `pictures/vis.png`."""
        return f"pictures/{self.slug}.png"


# The one fixed grid (R7), in the order of every screen: four by four, row by row. Pictures with
# something in common (two animals, two with wheels, two with a round top on a stem) never share a
# row or a column.
GRID: tuple[Picture, ...] = (
    Picture("vis", "vis"),
    Picture("boom", "boom"),
    Picture("huis", "huis"),
    Picture("fiets", "fiets"),
    Picture("bal", "bal"),
    Picture("schaar", "schaar"),
    Picture("hoed", "hoed"),
    Picture("eend", "eend"),
    Picture("stoel", "stoel"),
    Picture("auto", "auto"),
    Picture("ladder", "ladder"),
    Picture("sleutel", "sleutel"),
    Picture("paraplu", "paraplu"),
    Picture("bril", "bril"),
    Picture("hart", "hart"),
    Picture("laars", "laars"),
)

# The sign between the slugs of a picture password: part of what is hashed.
SEPARATOR = "-"

BY_SLUG = {picture.slug: picture for picture in GRID}


def canonical(pictures: Iterable[Picture]) -> str:
    """Return the slugs in order, `vis-boom-huis-bal`: the text that is hashed and encrypted."""
    return SEPARATOR.join(picture.slug for picture in pictures)


def from_canonical(text: str) -> tuple[Picture, ...]:
    """Read back what `canonical` wrote.

    Raises ValueError on anything else than four different slugs of the grid (R7). The message
    does not repeat the text, which may be a password (R5).
    """
    slugs = text.split(SEPARATOR)
    if len(slugs) != PASSWORD_LENGTH:
        raise ValueError("a picture password is four pictures")
    if len(set(slugs)) != PASSWORD_LENGTH:
        raise ValueError("a picture password is four different pictures")

    pictures = []
    for slug in slugs:
        if slug not in BY_SLUG:
            raise ValueError("not a picture of the grid")
        pictures.append(BY_SLUG[slug])
    return tuple(pictures)


def names(pictures: Iterable[Picture]) -> str:
    """Return the Dutch names in order, `vis - boom - huis - bal`, as Excel shows them (R7)."""
    return " - ".join(picture.name for picture in pictures)
