"""The device on which pupils sign in, as its cookie describes it."""

from dataclasses import dataclass, replace

from accounts.models import Account

# A class shares a tablet. Of more pupils than this, the oldest signs in as on a new device.
MOST_PUPILS_ON_A_DEVICE = 40
# As many printed codes; the oldest is forgotten.
MOST_CODES_ON_A_DEVICE = 40


@dataclass(frozen=True)
class Device:
    """A device of one pupil or of a whole class.

    `id`: random. `account_ids`: the accounts that signed in here, the last one at the end. `mode`:
    how that one signed in, forms.WORDS or forms.PICTURES, or "" on a new device. `opened`: whose
    printed code was opened here, as pairs of the account's id and the version of its credentials.
    `since`: when it got its cookie, in seconds since 1970.
    """

    id: str
    account_ids: tuple[int, ...] = ()
    mode: str = ""
    opened: tuple[tuple[int, int], ...] = ()
    since: float = 0.0

    def knows(self, account: Account) -> bool:
        """Whether this pupil signed in on the device before."""
        return account.pk in self.account_ids

    def opened_code_of(self, account: Account) -> bool:
        """Whether the code on this pupil's present sheet was opened on the device."""
        return (account.pk, account.credentials_version) in self.opened

    def after_opening(self, account: Account) -> "Device":
        """Return the device as it is once the code on this pupil's sheet was opened on it."""
        others = []
        for account_id, version in self.opened:
            if account_id != account.pk:
                others.append((account_id, version))
        opened = (*others, (account.pk, account.credentials_version))
        return replace(self, opened=opened[-MOST_CODES_ON_A_DEVICE:])

    def after_sign_in(self, account: Account, mode: str) -> "Device":
        """Return the device as it is once this pupil has signed in on it."""
        account_ids = list(self.account_ids)
        if self.knows(account):
            account_ids.remove(account.pk)
        account_ids.append(account.pk)

        newest = tuple(account_ids[-MOST_PUPILS_ON_A_DEVICE:])
        return replace(self, account_ids=newest, mode=mode)
