from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_attempt_counts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attemptcount",
            name="failures",
            field=models.IntegerField(),
        ),
    ]
