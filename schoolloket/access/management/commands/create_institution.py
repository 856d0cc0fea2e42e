from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from schoolloket.access import actions, emails
from schoolloket.access.grants import Grant
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Membership


class Command(BaseCommand):
    help = "Create an institution; with --invite, invite its first LeerID-beheerder by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NR", help="six digits")
        parser.add_argument("municipality", metavar="MUNICIPALITY")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--invite", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        institution = Institution(
            number=options["number"], municipality=options["municipality"], name=options["name"]
        )
        try:
            institution.full_clean()
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        institution.save()
        self.stdout.write(f"{institution} ({institution.number})")

        if options["invite"]:
            token = actions.invite(
                by=Actor(institution),
                email=options["invite"],
                grant=Grant(Membership.Role.MANAGER),
            )
            self.stdout.write(f"The link of the invitation: {emails.invitation_link(token)}")
