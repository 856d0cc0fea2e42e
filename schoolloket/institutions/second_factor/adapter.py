"""How the sign-in library treats second factors."""

from typing import Any

import zxingcpp
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings

from schoolloket.core import vault
from schoolloket.institutions.models import Manager

from .factors import factors_of

NAME = "LeerID Schoolloket"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals the secrets, and binds passkeys to the desk's own host (R14)."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": (
            "Dit is je enige tweede stap. Voeg eerst een andere toe, dan kan deze weg."
        ),
        "cannot_generate_recovery_codes": (
            "Herstelcodes horen bij een tweede stap: voeg die eerst toe."
        ),
        "incorrect_code": "Deze code klopt niet, of is al gebruikt.",
    }

    def encrypt(self, text: str) -> str:
        return vault.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raises VaultLocked where no present key opens it."""
        return vault.unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code of the address, drawn by the library that draws the printed ones."""
        code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode)
        svg: str = code.to_svg(add_quiet_zones=True)
        return svg

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one, where nobody comes in without."""
        if settings.SECOND_FACTOR != "required":
            return True
        return factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: Manager, type: Authenticator.Type) -> str:
        number = factors_of(user).filter(type=type).count() + 1
        return f"Toegangssleutel {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the desk's host, whatever host the request names."""
        return {"id": settings.DESK.host, "name": NAME}

    def get_public_key_credential_user_entity(self, user: Manager) -> dict[str, Any]:
        """Return whose passkey it is, as the device shows it: never an empty name."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.name or "LeerID-beheerder"}
