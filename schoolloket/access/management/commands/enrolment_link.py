from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schoolloket.institutions.emails import enrolment_link
from schoolloket.institutions.models import Manager
from schoolloket.institutions.second_factor.factors import factors_of


class Command(BaseCommand):
    help = (
        "Print the link with which a manager without a second factor enrols one, for where the "
        "mail fails. It works for an hour, after the password: give it to nobody else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        manager = Manager.objects.filter(email=email, is_active=True).first()
        if manager is None:
            raise CommandError("There is no active manager with this e-mail address.")
        if factors_of(manager).exists():
            raise CommandError(
                "This manager has a second factor. If it is lost, erase it in /beheer/ first."
            )
        self.stdout.write(enrolment_link(manager))
