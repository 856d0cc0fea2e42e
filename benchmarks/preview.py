"""The preview of a batch next to one hash: `python -m benchmarks.preview`; see README.md.

In one process, without a server: the number of queries of a preview of any size, and the time to
open it, in hashes of one password, so that the figure means the same on any machine.
"""

import time
from statistics import median

from . import in_process
from .reference import HashTime
from .seed import MANAGERS, SCHOOL

TIMES = 10
# Half a second where a hash takes 18 ms.
MOST_HASHES = 28
# One pupil in so many has no LeerID, whose row has a field and a menu.
NEW = 10


def report(pupils: int) -> None:
    # Only after Django is set up.
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from schoolloket.institutions.models import Manager  # noqa: PLC0415

    client = Client(headers={"host": settings.DESK.host})
    client.force_login(Manager.objects.get(email=MANAGERS[0]))
    url = _prepared(client)

    def page() -> None:
        response = client.get(url)
        rows = response.content.count(b'id="rij-')
        if response.status_code != 200 or rows != pupils:
            raise AssertionError(f"The preview answered {response.status_code} with {rows} rows.")

    page()
    with CaptureQueriesContext(connection) as queries:
        page()
        number_of_queries = len(queries)

    # Taken in turns, so that other work on the machine hits both alike.
    hashes = HashTime()
    seconds, processor = [], []
    for _ in range(TIMES):
        hashes.measure()
        began, began_processor = time.perf_counter(), time.thread_time()
        page()
        seconds.append(time.perf_counter() - began)
        processor.append(time.thread_time() - began_processor)

    ratio = median(seconds) / hashes.of_one_thread
    in_processor_time = median(processor) / hashes.processor_of_one_thread
    mark = ""
    if ratio > MOST_HASHES:
        mark = "ABOVE"
    print(f"\n{pupils} rows, median of {TIMES}\n")
    print(f"  {'queries of the page':34} {number_of_queries:8}")
    print(f"  {'page, milliseconds':34} {1000 * median(seconds):8.1f}")
    print(f"  {'hash, milliseconds':34} {1000 * hashes.of_one_thread:8.1f}")
    print(f"  {'page / hash':34} {ratio:8.1f}  bound {MOST_HASHES} {mark}")
    print(f"  {'the same in processor time':34} {in_processor_time:8.1f}")


def _prepared(client: object) -> str:
    """Select every pupil and return the URL of the preview."""
    from accounts.models import Account, Username  # noqa: PLC0415
    from students.models import Student  # noqa: PLC0415

    without = list(Account.objects.order_by("pk").values_list("pk", flat=True)[::NEW])
    Username.objects.filter(student__account__in=without).delete()
    Account.objects.filter(pk__in=without).delete()

    ids = list(Student.objects.values_list("pk", flat=True))
    posted = {"purpose": "renew", "student": ids}
    return str(client.post(f"/{SCHOOL}/vernieuwen/", posted).url)  # type: ignore[attr-defined]


if __name__ == "__main__":
    in_process.run("preview", __doc__, report)
