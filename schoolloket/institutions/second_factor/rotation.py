"""Secrets of second factors, sealed anew with the newest key: `manage.py rotate_keys`."""

from allauth.mfa.models import Authenticator

from schoolloket.core.vault import Rotation, VaultLocked, resealed

Type = Authenticator.Type
# Where in its data a factor keeps its secret. A passkey has none: its key stays on the device.
SECRETS = {Type.TOTP: "secret", Type.RECOVERY_CODES: "seed"}


def rotate_secrets() -> Rotation:
    """Seal the secrets anew, each in a transaction of its own; return the counts."""
    done = Rotation()
    for kind, name in SECRETS.items():
        for factor in Authenticator.objects.filter(type=kind).iterator():
            _rotate(factor, name, done)
    return done


def _rotate(factor: Authenticator, name: str, done: Rotation) -> None:
    old = factor.data[name]
    try:
        new = resealed(old)
    except VaultLocked:
        done.locked += 1
        return

    if new != old:
        # Only where the row is as it was read: a recovery code may be used at this moment.
        same = Authenticator.objects.filter(pk=factor.pk, data=factor.data)
        done.resealed += same.update(data=factor.data | {name: new})
