from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schoolloket.access import actions, emails
from schoolloket.access.grants import Grant
from schoolloket.core.exceptions import Refused
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Membership


class Command(BaseCommand):
    help = (
        "Invite a LeerID-beheerder by mail, or again with a new link. Prints the link too, for "
        "where the mail fails: give it to nobody else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NR", help="six digits")
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        institution = Institution.objects.filter(number=options["number"]).first()
        if institution is None:
            raise CommandError(f"There is no institution with the number {options['number']}.")

        try:
            token = actions.invite(
                by=Actor(institution),
                email=options["email"],
                grant=Grant(Membership.Role.MANAGER),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(emails.invitation_link(token))
