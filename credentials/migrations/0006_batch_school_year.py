from django.db import migrations, models

JULY = 7


def set_school_year(apps, schema_editor):
    """Give each batch the year of the classes that it showed: from July on those of the next."""
    Batch = apps.get_model("credentials", "Batch")
    for batch in Batch.objects.only("created_at").iterator():
        year = batch.created_at.year
        if batch.created_at.month < JULY:
            year -= 1
        Batch.objects.filter(pk=batch.pk).update(school_year=year)


class Migration(migrations.Migration):
    dependencies = [
        ("credentials", "0005_printed_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="school_year",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.RunPython(set_school_year, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="batch",
            name="school_year",
            field=models.PositiveSmallIntegerField(),
        ),
    ]
