from accounts.hashers import PepperedArgon2idHasher


class CheapArgon2idHasher(PepperedArgon2idHasher):
    """The real algorithm at its lowest cost, so that the suite does not wait for hashes."""

    time_cost = 1
    memory_cost = 8
