from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: the OWASP minimum, about 30 ms a password.

    A thousand pupils in one renewal make this the only slow part of the desk.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
