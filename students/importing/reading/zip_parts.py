"""What a zip lists in its directory: enough to tell what it is, and whether it is a bomb."""

import io
import zipfile


def parts_of(content: bytes) -> list[zipfile.ZipInfo]:
    """Return what the directory of a zip lists. Raises ValueError where it is no whole zip."""
    try:
        return zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise ValueError(error) from None


def plain_name(part: str) -> str:
    """Return the name of a part as it is compared: without case, by slashes, from the top."""
    return part.replace("\\", "/").lstrip("/").lower()
