from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB of memory, two passes and one lane, about 30 ms a password.

    The minimum of the OWASP Password Storage Cheat Sheet: in a renewal of a thousand pupils the
    hashing is the only slow part.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
