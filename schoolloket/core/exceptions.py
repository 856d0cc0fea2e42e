"""Why an action changed nothing, in Dutch, for whoever asked for it."""

from django.conf import settings


class Refused(Exception):
    """An action that changed nothing. The text is Dutch and meant for the screen."""

    message = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.message)


# A selection -----------------------------------------------------------------------------------


class UnknownStudents(Refused):
    message = (
        "Minstens één geselecteerde leerling staat niet in de lijst van deze instelling. "
        "Er is niets gewijzigd; maak de selectie opnieuw."
    )


class NothingSelected(Refused):
    message = "Selecteer eerst minstens één leerling."


class TooManySelected(Refused):
    def __init__(self, number: int) -> None:
        super().__init__(
            f"Je selecteerde {number} leerlingen. Per keer kunnen er hoogstens "
            f"{settings.BATCH_LIMIT}: beperk de selectie, bijvoorbeeld per administratieve groep."
        )


# An account ------------------------------------------------------------------------------------


class NotAdvanced(Refused):
    """Only an advanced account can have an e-mail address (R8)."""

    message = "Alleen aan een Gevorderd LeerID kun je een e-mailadres koppelen."


# A batch ---------------------------------------------------------------------------------------


class Impossible(Refused):
    """One pupil cannot get new sign-in data, for the given reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Er is niets gewijzigd. {reason}")


class DraftGone(Refused):
    message = (
        "Dit voorbeeld is verlopen of geannuleerd. Er is niets gewijzigd: "
        "alle oude wachtwoorden werken nog. Begin opnieuw."
    )


class AlreadySaved(DraftGone):
    """A second click, or another window: never "nothing was changed"."""

    message = "Deze aanmeldgegevens zijn intussen al bewaard, misschien in een ander venster."


class PreviewChanged(Refused):
    message = (
        "Het voorbeeld is intussen gewijzigd, misschien in een ander venster. "
        "Er is nog niets bewaard: kijk het hieronder na en bewaar opnieuw."
    )


class NothingTicked(Refused):
    message = "Er is geen enkele leerling aangevinkt. Er is niets gewijzigd."


class NotReady(Refused):
    def __init__(self, left: int) -> None:
        super().__init__(
            f"Nog {left} wachtwoorden worden voorbereid. Er is nog niets bewaard: "
            "klik zo meteen opnieuw op Bewaren en afdrukken."
        )


class NotPrintable(Refused):
    message = (
        "Deze aanmeldgegevens kunnen niet meer worden gedownload: ze zijn verlopen of "
        "vernietigd. De wachtwoorden zelf blijven geldig. Geef de leerlingen die hun "
        "wachtwoord niet hebben een nieuw."
    )


# An import -------------------------------------------------------------------------------------


class ImportDraftGone(Refused):
    """The preview was dropped, expired, or is not this manager's: there is nothing to confirm."""

    message = "Dit voorbeeld is vervallen; er is niets gewijzigd. Kies het bestand opnieuw."


class PlanChanged(Refused):
    """Since the preview something changed, so that the import would now do something else."""

    message = (
        "Sinds het voorbeeld is er iets veranderd. Er is nog niets ingelezen: "
        "kijk het nieuwe voorbeeld na en bevestig opnieuw."
    )


class ManyEnded(Refused):
    """The import would end more enrolments than it may without asking."""

    message = "Vink aan dat deze inschrijvingen mogen eindigen, of annuleer de import."


class NothingToRelease(Refused):
    """The pupil is in no other school that waits for this one, or this one has no say (R11)."""

    message = "Er is geen andere school die op deze leerling wacht."


# Mijn LeerID -----------------------------------------------------------------------------------


class LinkDead(Refused):
    message = (
        "Deze link is al gebruikt, te oud, of je aanmeldgegevens zijn intussen gewijzigd. "
        "Vraag een nieuwe."
    )


class TooManyMails(Refused):
    message = "Er zijn al enkele mails onderweg. Kijk in je mailbox, of wacht een uur."
