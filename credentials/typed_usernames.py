"""The usernames typed in a preview, for the LeerIDs that are to be made (R6)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts import usernames
from accounts.models import Username
from schoolloket.core.exceptions import PreviewChanged

from .enrolments import enrolments_of
from .models import Batch, BatchItem

NOT_WELL_FORMED = (
    "Gebruik 3 tot 64 tekens: kleine letters zonder accenten (a-z), cijfers, een punt of een "
    "koppelteken, en geen spaties. Begin en eindig met een letter of een cijfer."
)
TAKEN = "Deze gebruikersnaam is al in gebruik. Wel vrij: {free}"
TWICE = "Deze gebruikersnaam staat al in een andere rij. Wel vrij: {free}"


@dataclass(frozen=True)
class Problem:
    """What was typed in a row, and why it cannot be the username."""

    typed: str
    message: str


@dataclass
class TypedUsernames:
    """The usernames that a preview posted, judged.

    `good`: item id -> the new username. `problems`: position of the row -> what is wrong there;
    unlike its id the position stays when the row gets another password. `proposed`: the positions
    of rows whose field was left empty, so that they have a username that nobody has seen yet.
    """

    good: dict[int, str] = field(default_factory=dict)
    problems: dict[int, Problem] = field(default_factory=dict)
    proposed: set[int] = field(default_factory=set)


def judge(batch: Batch, posted: Mapping[int, str]) -> TypedUsernames:
    """Judge what was posted: item id -> text, of which those that changed count.

    An empty text asks for the proposal. Two rows of a preview cannot have one username, and none
    has one that was ever given to another student. The queries do not grow with the rows. Raises
    PreviewChanged where a row is no longer in the preview, or creates no LeerID.
    """
    creating = batch.items.with_password().filter(creates=True)
    items = {item.pk: item for item in creating}
    if not posted.keys() <= items.keys():
        raise PreviewChanged

    typed = {pk: text for pk, text in posted.items() if text != items[pk].username}
    if not typed:
        return TypedUsernames()

    kept = [item.username for item in items.values() if item.pk not in typed]
    refused = _refused(items, typed, kept)
    wished = _names_of_pupils(batch, [items[pk] for pk in typed if not typed[pk]])
    wished |= {pk: typed[pk] for pk in refused}
    free = usernames.free(wished, besides={*kept, *typed.values()})

    judged = TypedUsernames()
    for pk, text in typed.items():
        position = items[pk].position
        if pk in refused:
            message = refused[pk].format(free=free[pk])
            judged.problems[position] = Problem(text, message)
        elif text:
            judged.good[pk] = text
        elif pk in free:
            judged.good[pk] = free[pk]
            judged.proposed.add(position)
    return judged


def _refused(
    items: Mapping[int, BatchItem], typed: Mapping[int, str], kept: list[str]
) -> dict[int, str]:
    """Return item id -> why not, for what was typed and cannot be.

    `kept`: the usernames of the rows that stay as they are.
    """
    given = Username.objects.filter(value__in=typed.values())
    owners = dict(given.values_list("value", "student_id"))
    times = Counter([*kept, *typed.values()])

    refused = {}
    for pk, text in typed.items():
        if text and not usernames.is_well_formed(text):
            refused[pk] = NOT_WELL_FORMED
        elif owners.get(text, items[pk].student_id) != items[pk].student_id:
            refused[pk] = TAKEN
        elif text and times[text] > 1:
            refused[pk] = TWICE
    return refused


def _names_of_pupils(batch: Batch, items: list[BatchItem]) -> dict[int, str]:
    """Return item id -> the username that the pupil's name makes.

    A pupil whose enrolment was withdrawn meanwhile is left out, as in the preview.
    """
    enrolments = enrolments_of(batch, items)

    names = {}
    for item in items:
        enrolment = enrolments.get(item.student_id)
        if enrolment is not None:
            names[item.pk] = usernames.from_name(enrolment.first_name, enrolment.last_name)
    return names
