"""Why an action changed nothing, in words for the manager."""

from django.conf import settings


class Refused(Exception):
    """An action that changed nothing; the text is for the manager, in Dutch."""


class UnknownStudents(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Minstens één geselecteerde leerling staat niet in de lijst van deze instelling. "
            "Er is niets gewijzigd; maak de selectie opnieuw."
        )


class NothingSelected(Refused):
    def __init__(self) -> None:
        super().__init__("Selecteer eerst minstens één leerling.")


class TooMany(Refused):
    def __init__(self, number: int) -> None:
        super().__init__(
            f"Je selecteerde {number} leerlingen. Per keer kunnen er hoogstens "
            f"{settings.BATCH_LIMIT}: beperk de selectie, bijvoorbeeld per administratieve groep."
        )
