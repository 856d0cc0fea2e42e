"""Which own password will do: long and hard to guess, without rules on which signs it holds.

After NIST SP 800-63B, 5.1.1.2: a minimum length, no common password, nothing of one's own name.
"""

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.models import Account
from schoolloket.core.text import fold
from students.models import Enrolment

SHORTEST = 10
LONGEST = 128
# A part of a name that is shorter than this may stand in a password by chance.
SHORTEST_NAME = 4


def validate_own_password(password: str, account: Account) -> None:
    """Raise ValidationError, in Dutch, where the password will not do for this pupil."""
    if len(password) < SHORTEST:
        raise ValidationError(
            f"Kies een langer wachtwoord: minstens {SHORTEST} tekens. "
            "Een paar woorden na elkaar onthoud je goed."
        )
    if len(password) > LONGEST:
        raise ValidationError(f"Kies een korter wachtwoord: hoogstens {LONGEST} tekens.")
    if _is_common(password):
        raise ValidationError("Dit wachtwoord gebruiken veel mensen. Kies iets van jezelf.")
    if any(name in fold(password) for name in _names(account)):
        raise ValidationError("Gebruik je naam of je gebruikersnaam niet in je wachtwoord.")


def _is_common(password: str) -> bool:
    folded = fold(password)
    if len(set(folded)) <= 3:
        return True
    try:
        CommonPasswordValidator().validate(folded)
        # `wachtwoord2026!` is no better than `wachtwoord`.
        CommonPasswordValidator().validate(folded.rstrip("0123456789!?.-_*"))
    except ValidationError:
        return True
    return folded.rstrip("0123456789!?.-_*") in DUTCH


# The Dutch ones that Django's list lacks.
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


def _names(account: Account) -> set[str]:
    """The pupil's names and username, folded, whole and in parts."""
    enrolments = Enrolment.objects.filter(student=account.student_id)
    names = enrolments.values_list("first_name_key", "last_name_key")
    student = account.student
    official = map(fold, (student.official_first_name, student.official_last_name))
    keys = {account.username, *official, *(key for both in names for key in both)}
    parts = {part for key in keys for part in key.replace(".", " ").replace("-", " ").split()}
    return {name for name in keys | parts if len(name) >= SHORTEST_NAME}
