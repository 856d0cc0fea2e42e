"""What an operator opens in the admin beside the conflicts: a pupil, for the former data."""

from students.models import Student


class FormerData(Student):
    """A student under the name that the admin's index gives to the search for former data."""

    class Meta:
        proxy = True
        verbose_name = "vroegere gegevens van een leerling"
        verbose_name_plural = "vroegere gegevens van een leerling"
        # Nobody adds or deletes a pupil here.
        default_permissions = ("view", "change")
