class InstitutionNumberConverter:
    """Six digits in a path: the number of an institution."""

    regex = r"[0-9]{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
