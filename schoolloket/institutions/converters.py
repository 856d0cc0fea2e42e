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
