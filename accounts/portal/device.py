"""The device on which pupils sign in, as its cookie describes it."""

from dataclasses import dataclass, replace

from accounts.models import Account

# A class shares a tablet. Of more pupils than this, the oldest signs in as on a new device.
MOST_PUPILS_ON_A_DEVICE = 40


@dataclass(frozen=True)
class Device:
    """A device of one pupil or of a whole class.

    `id`: random. `account_ids`: the accounts that signed in here, the last one at the end. `mode`:
    how that one signed in, forms.WORDS or forms.PICTURES, or "" on a new device.
    """

    id: str
    account_ids: tuple[int, ...] = ()
    mode: str = ""

    def knows(self, account: Account) -> bool:
        """Whether this pupil signed in on the device before."""
        return account.pk in self.account_ids

    def after_sign_in(self, account: Account, mode: str) -> "Device":
        """Return the device as it is once this pupil has signed in on it."""
        account_ids = list(self.account_ids)
        if self.knows(account):
            account_ids.remove(account.pk)
        account_ids.append(account.pk)

        newest = tuple(account_ids[-MOST_PUPILS_ON_A_DEVICE:])
        return replace(self, account_ids=newest, mode=mode)
