"""Counts of bad rows and remarks, since a run keeps only the first of a very long list."""

from django.db import migrations, models


def count(apps, schema_editor):
    runs = apps.get_model("students", "ImportRun").objects.exclude(problems=[], remarks=[])
    for run in runs.only("problems", "remarks").iterator():
        run.problem_count = len(run.problems)
        run.remark_count = len(run.remarks)
        run.save(update_fields=["problem_count", "remark_count"])


class Migration(migrations.Migration):
    dependencies = [("students", "0005_who_is_who")]

    operations = [
        migrations.AddField(
            "importrun", "problem_count", models.PositiveIntegerField(default=0)
        ),
        migrations.AddField(
            "importrun", "remark_count", models.PositiveIntegerField(default=0)
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
