"""Which own passwords are accepted: long and hard to guess, of whatever characters.

After NIST SP 800-63B, 5.1.1.2: a minimum length, no common password, no name of the pupil.
"""

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.models import Account
from schoolloket.core.text import fold
from students.models import Enrolment

SHORTEST = 10
LONGEST = 128
# A shorter name, or part of a name, may be in a password by chance.
SHORTEST_NAME = 4
FEWEST_DIFFERENT_CHARACTERS = 4
# With these behind it a common password is as easy to guess: `wachtwoord2026!`.
COMMON_ENDINGS = "0123456789!?.-_*"
# Common Dutch passwords that Django's list lacks.
DUTCH = {
    "wachtwoord",
    "wachtwoordje",
    "geheim",
    "welkom",
    "welkomthuis",
    "paswoord",
    "mijnwachtwoord",
    "mijnpaswoord",
    "ikhouvanjou",
    "anderlecht",
    "clubbrugge",
    "belgie",
    "vlaanderen",
    "leerling",
    "leerid",
    "schoolloket",
    "qwertyuiop",
    "azertyuiop",
    "azerty",
}


def validate_own_password(password: str, account: Account) -> None:
    """Raise ValidationError, in Dutch, where this pupil may not have this password."""
    if len(password) < SHORTEST:
        raise ValidationError(
            f"Kies een langer wachtwoord: minstens {SHORTEST} tekens. "
            "Een paar woorden na elkaar onthoud je goed."
        )
    if len(password) > LONGEST:
        raise ValidationError(f"Kies een korter wachtwoord: hoogstens {LONGEST} tekens.")

    folded = fold(password)
    if _is_common(folded):
        raise ValidationError("Dit wachtwoord gebruiken veel mensen. Kies iets van jezelf.")

    for name in _names(account):
        if name in folded:
            raise ValidationError("Gebruik je naam of je gebruikersnaam niet in je wachtwoord.")


def _is_common(folded: str) -> bool:
    """Whether many people use this password, folded, or would guess it at once."""
    if len(set(folded)) < FEWEST_DIFFERENT_CHARACTERS:
        return True

    stem = folded.rstrip(COMMON_ENDINGS)
    if stem in DUTCH:
        return True

    validator = CommonPasswordValidator()
    try:
        validator.validate(folded)
        validator.validate(stem)
    except ValidationError:
        return True
    return False


def _names(account: Account) -> set[str]:
    """Return the pupil's names and username, folded: each whole, and each of its parts."""
    student = account.student
    names = {
        account.username,
        fold(student.official_first_name),
        fold(student.official_last_name),
    }
    enrolments = Enrolment.objects.filter(student=student)
    for keys in enrolments.values_list("first_name_key", "last_name_key"):
        names.update(keys)

    parts: set[str] = set()
    for name in names:
        parts.update(name.replace(".", " ").replace("-", " ").split())

    return {name for name in names | parts if len(name) >= SHORTEST_NAME}
