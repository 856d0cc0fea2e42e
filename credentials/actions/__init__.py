"""Everything that changes a batch and, through it, sign-in data.

prepare -> tick, reroll, switch -> save -> download -> destroy; transactions begin and end here.
"""

from accounts.refusals import NothingSelected, Refused, TooMany, UnknownStudents

from .changes import cancel, lease, reroll, store_hashes, switch_new_accounts, tick
from .drafts import Edit, prepare, prepare_edit
from .locks import refuse_if_gone
from .prints import destroy, destroy_expired, destroy_pending, download
from .refusals import (
    AlreadySaved,
    DraftGone,
    Impossible,
    NothingTicked,
    NotPrintable,
    NotReady,
    PreviewChanged,
)
from .saves import save

__all__ = [
    "AlreadySaved",
    "DraftGone",
    "Edit",
    "Impossible",
    "NotPrintable",
    "NotReady",
    "NothingSelected",
    "NothingTicked",
    "PreviewChanged",
    "Refused",
    "TooMany",
    "UnknownStudents",
    "cancel",
    "destroy",
    "destroy_expired",
    "destroy_pending",
    "download",
    "lease",
    "prepare",
    "prepare_edit",
    "refuse_if_gone",
    "reroll",
    "save",
    "store_hashes",
    "switch_new_accounts",
    "tick",
]
