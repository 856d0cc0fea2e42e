"""Print new secrets, one a line: `python -m schoolloket.make_secrets > secrets`."""

import base64
import secrets

from cryptography.fernet import Fernet

print(f"SECRET_KEY={secrets.token_urlsafe(50)}")
print(f"VAULT_KEYS={Fernet.generate_key().decode()}")
print(f"PEPPER_KEYS=k1:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}")
print(f"MATCHING_KEY={secrets.token_urlsafe(32)}")
