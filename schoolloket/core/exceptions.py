"""Why an action changed nothing, in the Dutch that the screen shows."""

from django.conf import settings


class Refused(Exception):
    """An action that changed nothing; `str()` of it is the sentence for the screen.

    A subclass has that sentence as its `message`, or makes it from what it is given.
    """

    message = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.message)


class Busy(Refused):
    """As much goes on as this process takes at a time. `seconds`: when to try again."""

    seconds: int


# A selection -----------------------------------------------------------------------------------


class UnknownStudents(Refused):
    """The selection holds an id that is not a student whom this institution may see (R11)."""

    message = (
        "Minstens één geselecteerde leerling staat niet in de lijst van deze instelling. "
        "Er is niets gewijzigd; maak de selectie opnieuw."
    )


class NothingSelected(Refused):
    message = "Selecteer eerst minstens één leerling."


class TooManySelected(Refused):
    """The selection holds more students than BATCH_LIMIT."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Je selecteerde {number} leerlingen. Per keer kunnen er hoogstens "
            f"{settings.BATCH_LIMIT}: beperk de selectie, bijvoorbeeld per administratieve groep."
        )


# An account ------------------------------------------------------------------------------------


class NotAdvanced(Refused):
    """Only an advanced account can have an e-mail address (R8)."""

    message = "Alleen aan een Gevorderd LeerID kun je een e-mailadres koppelen."


# A right, or a manager -------------------------------------------------------------------------


class NotYourself(Refused):
    """Nobody changes the own rights, or helps himself to a new second factor (R14)."""

    message = "Dit kun je niet voor jezelf doen. Vraag het aan een andere beheerder van je school."


class OnlyAnOperator(Refused):
    """The manager is an operator: at a school's desk nobody changes what an operator has (R14)."""

    message = "Deze persoon beheert het Schoolloket zelf. Alleen een operator kan dit doen."


class LinkGone(Refused):
    """A mailed link that is too old, was used, or was overtaken."""

    message = "Deze link is al gebruikt of te oud. Er is niets gewijzigd: vraag een nieuwe."


class EmailTaken(Refused):
    """Another manager has the e-mail address."""

    message = "Met dit e-mailadres meldt al iemand zich aan. Er is niets gewijzigd."


class NoLongerHere(Refused):
    """The right that is to be changed, or that of who changes it, ended meanwhile (R13)."""

    message = "Deze toegang bestaat niet meer. Er is niets gewijzigd."


class MoreThanOwn(Refused):
    """Nobody grants more than he has (R13). `last_day`: of the own right."""

    def __init__(self, last_day: str) -> None:
        super().__init__(
            f"Je eigen toegang loopt tot en met {last_day}. "
            "Geef een ander geen langere toegang dan die van jezelf."
        )


class GivenByProvider(Refused):
    """The right follows the claims of the organisation's own sign-in."""

    message = "Deze toegang komt van de aanmelding van je organisatie, en wijzigt alleen daar."


class AlreadyHere(Refused):
    """Who is invited has a right in the school already."""

    message = "Deze persoon werkt al in dit loket. Wijzig de toegang in de lijst."


class InvitationGone(Refused):
    """An invitation that was accepted, withdrawn or replaced, or is older than seven days."""

    message = "Deze uitnodiging is al gebruikt, ingetrokken of te oud. Vraag een nieuwe."


class NoRole(Refused):
    """The provider knows who it is, but names no school of this desk. `provider`: its name."""

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"Je bent aangemeld bij {provider}, maar daar ben je geen LeerID-beheerder van een "
            "school die dit loket gebruikt. Vraag die rol aan wie in je school toegangen beheert."
        )


class SubjectTaken(Refused):
    """The provider's subject was joined with a manager at this same moment."""

    message = "Je meldde je net ook in een ander venster aan. Meld je opnieuw aan."


class ReasonMissing(Refused):
    message = "Geef een reden: ze staat in het logboek en in de mails."


# A batch ---------------------------------------------------------------------------------------


class NotEligible(Refused):
    """The one pupil whom it is for cannot get new sign-in data. `reason`: a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Er is niets gewijzigd. {reason}")


class DraftGone(Refused):
    """The draft of a batch expired or was cancelled (R2)."""

    message = (
        "Dit voorbeeld is verlopen of geannuleerd. Er is niets gewijzigd: "
        "alle oude wachtwoorden werken nog. Begin opnieuw."
    )


class AlreadySaved(DraftGone):
    """The batch was saved before, by a second click or in another window (R4).

    Its text never says that nothing was changed.
    """

    message = "Deze aanmeldgegevens zijn intussen al bewaard, misschien in een ander venster."


class PreviewChanged(Refused):
    """The preview on the screen is not the draft as it is now (R2)."""

    message = (
        "Het voorbeeld is intussen gewijzigd, misschien in een ander venster. "
        "Er is nog niets bewaard: kijk het hieronder na en bewaar opnieuw."
    )


class NothingTicked(Refused):
    message = "Er is geen enkele leerling aangevinkt. Er is niets gewijzigd."


class NotReady(Refused):
    """`left` passwords of the draft have no hash yet."""

    def __init__(self, left: int) -> None:
        super().__init__(
            f"Nog {left} wachtwoorden worden voorbereid. Er is nog niets bewaard: "
            "klik zo meteen opnieuw op Bewaren en afdrukken."
        )


class NotPrintable(Refused):
    """The passwords of the batch expired, were destroyed by hand (R4) or replaced (R3)."""

    message = (
        "Deze aanmeldgegevens kunnen niet meer worden gedownload: ze zijn verlopen, vernietigd of "
        "vervangen. Geef een nieuw wachtwoord aan wie er geen heeft."
    )


# An import -------------------------------------------------------------------------------------


class ImportDraftGone(Refused):
    """The preview was dropped, has expired, or belongs to another manager."""

    message = "Dit voorbeeld is vervallen; er is niets gewijzigd. Kies het bestand opnieuw."


class ImportDraftReplaced(ImportDraftGone):
    """The manager uploaded another file for the same school, which takes the place of this one."""

    message = (
        "Dit voorbeeld is vervangen door dat van een nieuwer bestand; er is niets gewijzigd. "
        "Werk verder in dat nieuwere voorbeeld, of kies het bestand opnieuw."
    )


class FileBusy(Busy):
    """This process works on the file of somebody else."""

    message = "De server leest net een ander bestand in. Er is niets gewijzigd."
    seconds = 5


class PlanChanged(Refused):
    """The import would not do what its preview showed, because something changed since."""

    message = (
        "Sinds het voorbeeld is er iets veranderd. Er is nog niets ingelezen: "
        "kijk het nieuwe voorbeeld na en bevestig opnieuw."
    )


class ManyEnded(Refused):
    """The import would end more enrolments than it may without an extra confirmation."""

    message = "Vink aan dat deze inschrijvingen mogen eindigen, of annuleer de import."


class ManyEndedAtOnce(ManyEnded):
    """The same for a command, which has an option where the page has a tick.

    `cut_off`: the file stops in the middle of a line.
    """

    def __init__(self, ending: int, enrolments: int, *, cut_off: bool) -> None:
        start = ""
        if cut_off:
            start = "Het bestand stopt midden in een regel. "
        super().__init__(
            f"{start}Deze lijst zou {ending} van de {enrolments} inschrijvingen "
            "beëindigen voor hun eigen einddatum. Er is niets ingelezen. Klopt de lijst, lees ze "
            f"dan in op de pagina Import, of geef de opdracht --max-ended {ending} mee."
        )


class NothingGood(Refused):
    """Not one row of the file can be imported."""

    message = "Geen enkele rij is goed. Er is niets ingelezen."


class ImportedMeanwhile(Refused):
    """Another import of the same school changed the same rows in the same second."""

    message = (
        "Op hetzelfde moment liep nog een import van deze school. Er is niets ingelezen: "
        "laat de opdracht nog eens lopen."
    )


class NothingToRelease(Refused):
    """No other school waits for this one to release the pupil, or this one waits itself (R11)."""

    def __init__(self, first_name: str) -> None:
        super().__init__(f"Er is geen andere school die op {first_name} wacht.")


# Who is who ------------------------------------------------------------------------------------


class AlreadySettled(Refused):
    """Another operator, or the same in another window, decided who is who."""

    message = "Over deze twee leerlingen is intussen al beslist. Er is niets gewijzigd."


class DecisionChanged(Refused):
    """The merge would not do what its page said, because something changed since."""

    message = (
        "Er is intussen iets veranderd aan een van deze leerlingen. Er is nog niets gewijzigd: "
        "kijk hieronder na wat er nu zou gebeuren en bevestig opnieuw."
    )


class CannotPutBack(Refused):
    """Former data of a pupil cannot be put back. `reason`: a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Er is niets teruggezet. {reason}")


# Mijn LeerID -----------------------------------------------------------------------------------


class LinkDead(Refused):
    """A mailed link was used, has expired, or is of an older version of the credentials."""

    message = (
        "Deze link is al gebruikt, te oud, of je aanmeldgegevens zijn intussen gewijzigd. "
        "Vraag een nieuwe."
    )


class TooManyMails(Refused):
    """The account was mailed as often as it may be within an hour."""

    message = "Er zijn al enkele mails onderweg. Kijk in je mailbox, of wacht een uur."


class SignInBusy(Busy):
    """More attempts to sign in wait for their turn than may."""

    seconds = 10
    message = f"Het is nu heel druk. Probeer het over {seconds} seconden opnieuw."
