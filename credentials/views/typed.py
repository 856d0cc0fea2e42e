"""What a preview posts beside its button: ticks, usernames and kinds, kept in the draft."""

from collections.abc import Mapping
from dataclasses import dataclass

from credentials import typed_usernames
from credentials.actions import changes
from credentials.forms import TicksForm, kinds_by_row, posted_by_row
from credentials.models import Batch, BatchItem
from credentials.typed_usernames import Problem, TypedUsernames
from schoolloket.core import exceptions
from schoolloket.institutions.requests import DeskRequest


@dataclass(frozen=True)
class Typed:
    """What the whole page posted, once all of it that will do is in the draft.

    `problems`: position -> a username that will not do. `replaced`: id of a row whose menu had
    another kind -> the row that came in its place. `unseen`: whether the draft now holds something
    that the page did not show, so that it must be shown before it is saved (R2).
    """

    problems: Mapping[int, Problem]
    replaced: Mapping[int, BatchItem]
    unseen: bool


def keep_what_is_typed(request: DeskRequest, batch: Batch) -> Typed:
    """Keep the ticks, usernames and kinds, which every button posts along. Raises Refused.

    With JavaScript each row has sent its username and its kind before.
    """
    ticks = TicksForm(request.POST)
    if not ticks.is_valid():
        raise exceptions.PreviewChanged
    names = posted_by_row(request.POST, "username")
    kinds = kinds_by_row(request.POST)

    changes.tick(
        by=request.actor,
        batch_id=batch.pk,
        item_ids=ticks.cleaned_data["item"],
    )
    judged = keep_usernames(request, batch, names)
    replaced = changes.switch_rows(
        by=request.actor,
        batch_id=batch.pk,
        kinds=kinds,
    )

    unseen = bool(judged.proposed or replaced)
    return Typed(judged.problems, replaced, unseen)


def keep_usernames(request: DeskRequest, batch: Batch, names: Mapping[int, str]) -> TypedUsernames:
    """Keep the usernames that will do, by the ids of their rows; return what was judged.

    Raises Refused.
    """
    judged = typed_usernames.judge(batch, names)
    changes.rename(
        by=request.actor,
        batch_id=batch.pk,
        usernames=judged.good,
    )
    return judged
