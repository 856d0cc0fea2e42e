"""The time of bare hashing, with which a renewal is compared: the project's own hasher alone."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median

from accounts.hashers import Argon2idHasher

CORES = len(os.sched_getaffinity(0))

# Short, since it is measured again and again between the requests of a renewal.
HASHES_ALONE = 4
HASHES_TOGETHER = 4 * CORES


@dataclass
class HashTime:
    """Seconds of one hash: in one thread alone, and per thread where all cores compute."""

    alone: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Take a short sample; other work of the machine slows it like the renewal around it."""
        for _ in range(HASHES_ALONE):
            began = time.thread_time()
            self.alone.append(_seconds_of_a_hash())
            self.processor.append(time.thread_time() - began)
        with ThreadPoolExecutor(CORES) as pool:
            began = time.perf_counter()
            list(pool.map(lambda _: _seconds_of_a_hash(), range(HASHES_TOGETHER)))
            rounds = HASHES_TOGETHER / CORES
            self.together.append((time.perf_counter() - began) / rounds)

    @property
    def of_one_thread(self) -> float:
        return median(self.alone)

    @property
    def processor_of_one_thread(self) -> float:
        return median(self.processor)

    @property
    def of_every_core(self) -> float:
        return median(self.together)


def _seconds_of_a_hash() -> float:
    hasher = Argon2idHasher()
    began = time.perf_counter()
    hasher.encode("29ban9", hasher.salt())
    return time.perf_counter() - began
