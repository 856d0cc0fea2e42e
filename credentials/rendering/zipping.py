"""ZIP files in memory that are the same bytes for the same job."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo


def zipped(
    members: Mapping[str, bytes], at: datetime, *, stored: frozenset[str] = frozenset()
) -> bytes:
    """Deflate `members` into one ZIP, all dated `at`; those in `stored` are kept as they are."""
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        for name, content in members.items():
            member = ZipInfo(name, at.timetuple()[:6])
            member.compress_type = ZIP_STORED if name in stored else ZIP_DEFLATED
            file.writestr(member, content)
    return archive.getvalue()
