"""Does the time of a response reveal an account? `python -m benchmarks.no_oracle`.

Signs in with every state of an account in turn, in a random order each round and with real hashes,
and prints the median of each; then the same for a forgotten password. Runs inside this process, so
that nothing but the program is timed. On a new SQLite file, or on an empty `DATABASE_URL`.
"""

import argparse
import logging
import os
import random
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.test import Client

BOUND_MS = 5.0
# Several, since a hundred failures make an account wait, which is a state of its own.
USERNAMES_A_STATE = 10
OWN = "veertig gele fietsen"


def set_up(folder: str) -> None:
    os.environ.setdefault("SECRET_KEY", "only-for-the-benchmark-" + "x" * 40)
    os.environ.setdefault("VAULT_KEYS", "dGVzdC1rZXktMzItYnl0ZXMtbG9uZy1mb3ItdGVzdHM=")
    os.environ.setdefault("PEPPER_KEYS", "k1:cGVwcGVyLW9mLXRoZS10ZXN0cy0zMi1ieXRlcy1sb25n")
    os.environ.setdefault("MATCHING_KEY", "matching-key-of-the-benchmark")
    os.environ.setdefault("DESK_URL", "http://localhost:8000")
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/no_oracle.sqlite3")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolloket.settings")
    django.setup()
    # Django has to be set up before these are imported.
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    # No `collectstatic` first.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": plain}}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    logging.getLogger("django.request").setLevel(logging.ERROR)
    call_command("migrate", verbosity=0)


def fill() -> dict[str, list[str]]:
    """Create the accounts; return the usernames of each state."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import Account  # noqa: PLC0415
    from schoolloket.institutions.models import Institution, Manager  # noqa: PLC0415
    from students.models import Enrolment, Student  # noqa: PLC0415

    now = timezone.now()
    today = timezone.localdate()
    school = Institution.objects.create(number="999900", municipality="BENCH", name="TEST School")
    manager = Manager.objects.create_user("een@bench.test", "bench-schoolloket", name="Een")
    password = make_password(OWN)
    own = {"kind": "gevorderd", "password_kind": "gevorderd"}
    # From before the pepper: verified by the other hasher.
    older = make_password(OWN, hasher="argon2")
    states: dict[str, dict[str, object]] = {
        "unknown": {},
        "existing": own | {"last_sign_in_at": now},
        "linked": own | {"last_sign_in_at": now, "email": "a@bench.test"},
        "word": {"kind": "basis", "password_kind": "woord", "last_sign_in_at": now},
        "never used": own | {"must_change_password": True},
        "older hash": own | {"password": older},
        "inactive": own | {"deactivated_at": now, "deactivated_by": manager},
        "ended": own | {"email": "b@bench.test"},
    }
    for state, fields in states.items():
        for number in range(USERNAMES_A_STATE):
            if state == "unknown":
                continue
            student = Student.objects.create(official_data=Student.OfficialData.NUMBER_MISSING)
            Enrolment.objects.create(
                student=student,
                institution=school,
                stamnummer=str(student.pk),
                first_name="Kim",
                last_name="Bench",
                starts_on=date(2020, 9, 1),
                ends_on=date(2021, 8, 31) if state == "ended" else today.replace(year=2099, day=1),
            )
            username = f"{state.replace(' ', '-')}.{number}"
            given = {"password": password} | fields
            Account.objects.create(student=student, username=username, created_at=now, **given)
    return {
        state: [f"{state.replace(' ', '-')}.{number}" for number in range(USERNAMES_A_STATE)]
        for state in states
    }


def interleaved(
    states: dict[str, list[str]], attempts: int, ask: Callable[[str, str, int], None]
) -> dict[str, list[float]]:
    """Time every state in turn; return milliseconds by state."""
    times: dict[str, list[float]] = {state: [] for state in states}
    order = list(states)
    for number in range(attempts):
        random.shuffle(order)
        for state in order:
            username = states[state][number % USERNAMES_A_STATE]
            start = time.perf_counter()
            ask(state, username, number)
            times[state].append((time.perf_counter() - start) * 1000)
            rest()
    return times


def rest() -> None:
    """Wait for the background work, and remove the mails that it sent."""
    from django.core import mail  # noqa: PLC0415

    from accounts.portal.models import MailToken  # noqa: PLC0415
    from schoolloket.core import background  # noqa: PLC0415

    background._thread.submit(lambda: None).result()
    MailToken.objects.all().delete()
    mail.outbox = []


def sign_in(state: str, username: str, number: int) -> None:
    """Post a wrong password from a new IP address, from which no attempt has to wait."""
    post(f"10.1.{number // 250}.{number % 250}", "/mijn/", guess(username))


def waiting(states: dict[str, list[str]]) -> dict[str, list[str]]:
    """Let every username wait at an address of its own; return the states."""
    for usernames in states.values():
        for username in usernames:
            for _ in range(12):
                post(address_of(username), "/mijn/", guess(username))
    return states


def wait(state: str, username: str, number: int) -> None:
    """Post a wrong password where the username has to wait."""
    post(address_of(username), "/mijn/", guess(username))


def address_of(username: str) -> str:
    """Return an address from which only this username is tried."""
    number = zlib.crc32(username.encode())
    return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"


def guess(username: str) -> dict[str, str]:
    return {"username": username, "password": "geraden en fout", "sign_in": ""}


def forgotten(state: str, username: str, number: int) -> None:
    post("10.0.0.1", "/mijn/vergeten/", {"username": username})


def post(ip_address: str, url: str, fields: dict[str, str]) -> None:
    client = browser()
    client.cookies.clear()
    response = client.post(url, fields, REMOTE_ADDR=ip_address)
    if response.status_code != 200:
        raise AssertionError(f"{url} answered {response.status_code}")


@cache
def browser() -> "Client":
    """One client for all posts: a new one would load the middleware again."""
    from django.test import Client  # noqa: PLC0415

    return Client(headers={"host": "localhost:8000"})


def print_times(title: str, times: dict[str, list[float]]) -> None:
    """Print the medians, and the median difference with an unknown username in the same round.

    Other work on the machine varies, but hits all states of one round alike.
    """
    unknown = times["unknown"]
    print(f"\n{title}: {len(unknown)} attempts for each state")
    print(f"  {'state':12} {'median':>8} {'p10':>8} {'p90':>8} {'- unknown':>10}  ms")
    differences = []
    for state, values in times.items():
        tenths = statistics.quantiles(values, n=10)
        differences.append(
            statistics.median(one - other for one, other in zip(values, unknown, strict=True))
        )
        middle = statistics.median(values)
        print(
            f"  {state:12} {middle:8.2f} {tenths[0]:8.2f} {tenths[-1]:8.2f} {differences[-1]:10.2f}"
        )
    most = max(differences) - min(differences)
    mark = "" if most < BOUND_MS else "  ABOVE"
    print(f"  largest median difference: {most:.2f} ms (bound {BOUND_MS}){mark}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=500)
    attempts = parser.parse_args().attempts
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        states = fill()
        print_times("Sign in", interleaved(states, attempts, sign_in))
        print_times("Sign in, waiting", interleaved(waiting(states), attempts, wait))
        print_times("Forgotten", interleaved(states, attempts, forgotten))


if __name__ == "__main__":
    main()
