"""Text as people compare it: without accents and capitals."""

from anyascii import anyascii


def fold(text: str) -> str:
    """Return the text in lower-case ASCII: `Süheda` and `suheda` become the same."""
    return anyascii(text).casefold()
