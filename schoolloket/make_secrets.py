"""Print new secrets, one a line: `python -m schoolloket.make_secrets > secrets`."""

import secrets

from cryptography.fernet import Fernet

print(f"SECRET_KEY={secrets.token_urlsafe(50)}")
print(f"VAULT_KEYS={Fernet.generate_key().decode()}")
print(f"MATCHING_KEY={secrets.token_urlsafe(32)}")
