"""Why an action changed nothing, in words for the manager."""

from accounts.refusals import Refused
from credentials.models import BatchItem


class Impossible(Refused):
    """One pupil cannot get new sign-in data."""

    def __init__(self, found: BatchItem.Obstacle) -> None:
        super().__init__(f"Er is niets gewijzigd. {found.label}")


class DraftGone(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Dit voorbeeld is verlopen of geannuleerd. Er is niets gewijzigd: "
            "alle oude wachtwoorden werken nog. Begin opnieuw."
        )


class AlreadySaved(DraftGone):
    """A second click, or another window: never "nothing was changed"."""

    def __init__(self) -> None:
        Refused.__init__(
            self, "Deze aanmeldgegevens zijn intussen al bewaard, misschien in een ander venster."
        )


class PreviewChanged(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Het voorbeeld is intussen gewijzigd, misschien in een ander venster. "
            "Er is nog niets bewaard: kijk het hieronder na en bewaar opnieuw."
        )


class NothingTicked(Refused):
    def __init__(self) -> None:
        super().__init__("Er is geen enkele leerling aangevinkt. Er is niets gewijzigd.")


class NotReady(Refused):
    def __init__(self, left: int) -> None:
        super().__init__(
            f"Nog {left} wachtwoorden worden voorbereid. Er is nog niets bewaard: "
            "klik zo meteen opnieuw op Bewaren en afdrukken."
        )


class NotPrintable(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Deze aanmeldgegevens kunnen niet meer worden gedownload: ze zijn verlopen of "
            "vernietigd. De wachtwoorden zelf blijven geldig. Geef de leerlingen die hun "
            "wachtwoord niet hebben een nieuw."
        )
