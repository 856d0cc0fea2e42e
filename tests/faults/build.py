"""Make a school to break: `python -m tests.faults.build PUPILS`, in the database of DATABASE_URL.

One pupil in twelve has a linked e-mail address, and one in twelve has no LeerID yet.
"""

import os
import sys

import django
from django.core.management import call_command

from benchmarks import seed

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
django.setup()

from accounts.models import Account, Username  # noqa: E402

LINKED, NEW, EVERY = 5, 8, 12


def build(pupils: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    seed.fill(pupils)
    advanced = Account.objects.filter(kind="gevorderd")
    for account in advanced.order_by("pk")[LINKED::EVERY]:
        account.email, account.must_change_password = f"{account.pk}@thuis.test", False
        account.save()
    new = list(Account.objects.filter(email="").order_by("pk").values_list("pk", flat=True))
    without = Account.objects.filter(pk__in=new[NEW::EVERY])
    Username.objects.filter(student__account__in=without).delete()
    without.delete()


if __name__ == "__main__":
    build(int(sys.argv[1]))
