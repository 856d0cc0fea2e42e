"""Parts of a path that the routes name."""

from django.urls.converters import IntConverter, StringConverter


class InstitutionNumberConverter(StringConverter):
    """The number of an institution: six digits."""

    regex = r"[0-9]{6}"


class IdConverter(IntConverter):
    """The id of a row: at most as many digits as surely fit in the 64 bits of a database."""

    regex = r"[0-9]{1,18}"


class UserIdConverter(StringConverter):
    """A manager's id in base 36, as the sign-in library writes it in a mailed link.

    Without a hyphen: the link is `<id>-<key>`, and the key has hyphens too.
    """

    regex = r"[0-9A-Za-z]+"
