"""A passkey as the desk stores it, without a device that has it."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

CREDENTIAL_ID = b"a-passkey"


def stored_passkey(host: str, name: str = "Toegangssleutel 1") -> dict[str, Any]:
    """Return the data of a passkey that was made for this host."""
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(b"\0" * 16, CREDENTIAL_ID, public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(sha256(host.encode()), flags, 0, credential)
    attestation = AttestationObject.create("none", data, {})
    client_data = CollectedClientData.create(
        type="webauthn.create", challenge=b"challenge", origin=f"https://{host}"
    )
    response = {
        "clientDataJSON": websafe_encode(client_data),
        "attestationObject": websafe_encode(attestation),
    }
    credential_id = websafe_encode(CREDENTIAL_ID)
    return {
        "name": name,
        "credential": {
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {"credProps": {"rk": True}},
        },
    }
