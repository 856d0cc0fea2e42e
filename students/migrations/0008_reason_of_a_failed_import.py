"""Why a command imported nothing, so that the page shows the night that failed."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("students", "0007_warnings_of_a_file")]

    operations = [
        migrations.AddField("importrun", "error", models.TextField(blank=True, default="")),
        migrations.AddConstraint(
            "importrun",
            models.CheckConstraint(
                name="a_failed_import_has_its_reason",
                condition=Q(state="failed") & ~Q(error="") | ~Q(state="failed") & Q(error=""),
            ),
        ),
    ]
