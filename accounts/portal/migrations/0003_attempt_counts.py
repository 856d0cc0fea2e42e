from django.db import migrations, models

import accounts.portal.models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_leaner_sign_in"),
    ]

    operations = [
        migrations.RenameModel(old_name="Tries", new_name="AttemptCount"),
        migrations.AlterField(
            model_name="mailtoken",
            name="purpose",
            field=models.CharField(
                choices=accounts.portal.models.MailToken.Purpose.on_screen, max_length=10
            ),
        ),
    ]
