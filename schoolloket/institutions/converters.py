class InstitutionNumberConverter:
    """Six digits in a path: the number of an institution."""

    regex = r"[0-9]{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class IdConverter:
    """The id of a row in a path: as many digits as fit in 64 bits, so that no database chokes."""

    regex = r"[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class UserIdConverter:
    """A manager's id in base 36, as the sign-in library writes it in a mailed link.

    No hyphen: the link is `<id>-<key>`, and its key has one too.
    """

    regex = r"[0-9A-Za-z]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
