"""What the provider knows and tells: its keys, who is signed in there, and the lies of a test."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from schoolloket.institutions.single_sign_on.deployment import SingleSignOn

CLIENT_ID = "schoolloket"
CLIENT_SECRET = "secret-of-the-desk-at-the-provider"

Claims = dict[str, Any]
Parameters = dict[str, str]


class Refusal(Exception):
    """A request at the token endpoint that a provider refuses."""


def new_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


def unsigned(claims: Claims) -> str:
    """A token with `alg: none`, as no library of the field makes one."""
    signed = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("x" * 32))
    header = "eyJhbGciOiJub25lIn0"
    return f"{header}.{signed.split('.')[1]}."


@dataclass
class Provider:
    """`person`: the claims of who is signed in there. `lies`: claims that replace the true ones.

    `sign`: makes the id_token; by default with the published key. `error`: what it answers instead
    of a code. `down`: it answers nothing but 503.
    """

    issuer: str
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    person: Claims = field(default_factory=lambda: {"sub": "s-carla"})
    lies: Claims = field(default_factory=dict)
    sign: Callable[[Claims], str] | None = None
    error: str = ""
    down: bool = False
    role_claim: str = "leerid_rol_3d"
    # What it was asked for, and the codes that were not exchanged yet.
    asked: list[Parameters] = field(default_factory=list)
    codes: dict[str, Parameters] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def deployment(self) -> SingleSignOn:
        """What the deployment of the desk says of this provider."""
        return SingleSignOn(
            issuer=self.issuer,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            name="ACM/IDM",
            role_claim=self.role_claim,
            scopes=["openid", "profile"],
        )

    def configuration(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def keys(self) -> Claims:
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, asked: Parameters) -> str:
        """Return the address that the browser goes back to: with a code, or with an error."""
        self.asked.append(asked)
        answer = {"state": asked["state"]}
        if self.error:
            answer["error"] = self.error
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            answer["code"] = code
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def exchange(self, posted: Parameters) -> Claims:
        """Return the tokens for a code, once. Raises Refusal, or KeyError for what is missing."""
        asked = self.codes.pop(posted["code"])
        if (posted["client_id"], posted["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            raise Refusal("another client")
        if create_s256_code_challenge(posted["code_verifier"]) != asked["code_challenge"]:
            raise Refusal("another verifier")

        claims = self._claims(asked)
        token = (self.sign or self.signed)(claims)
        return {"access_token": "a-token", "token_type": "Bearer", "id_token": token}

    def _claims(self, asked: Parameters) -> Claims:
        now = int(time.time())
        true = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "auth_time": now,
        }
        return true | self.person | self.lies

    def signed(self, claims: Claims, key: str = "first") -> str:
        return jwt.encode({"alg": "RS256", "kid": key}, claims, self.key)

    def signed_with_the_secret(self, claims: Claims) -> str:
        """With the client's secret, which the desk shares."""
        key = OctKey.import_key(CLIENT_SECRET)
        return jwt.encode({"alg": "HS256", "kid": "first"}, claims, key)

    def signed_by_somebody_else(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": "first"}, claims, new_key("first"))
