"""A sign-in is its session, also when that is over; the times of tries are seconds since 1970.

Goes back on empty tables only, as the tests do: an upgrade is undone from the backup.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef


def _tell_times_in_seconds(apps: Any, schema_editor: Any) -> None:
    for tries in apps.get_model("portal", "Tries").objects.iterator():
        if tries.old_blocked_until:
            tries.blocked_until = tries.old_blocked_until.timestamp()
        tries.last_at = tries.old_last_at.timestamp()
        tries.save()


def _join_sign_ins_to_sessions(apps: Any, schema_editor: Any) -> None:
    session = apps.get_model("portal", "PortalSession")
    sign_ins = apps.get_model("portal", "SignIn").objects
    begun = sign_ins.filter(account=OuterRef("account"), at=OuterRef("created_at"))
    session.objects.update(on_known_device=Exists(begun.filter(on_known_device=True)))
    kept = session.objects.filter(account=OuterRef("account"), created_at=OuterRef("at"))
    over = [
        session(
            account_id=one.account_id,
            version=0,
            on_known_device=one.on_known_device,
            created_at=one.at,
            expires_at=one.at,
        )
        for one in sign_ins.exclude(Exists(kept)).iterator()
    ]
    session.objects.bulk_create(over, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]

    operations = [
        migrations.RenameField("tries", "blocked_until", "old_blocked_until"),
        migrations.RenameField("tries", "last_at", "old_last_at"),
        migrations.AddField(
            "tries", "blocked_until", models.FloatField(default=0.0), preserve_default=False
        ),
        migrations.AddField(
            "tries",
            "last_at",
            models.FloatField(db_index=True, default=0.0),
            preserve_default=False,
        ),
        migrations.AlterField("tries", "failures", models.PositiveIntegerField()),
        migrations.RunPython(_tell_times_in_seconds, migrations.RunPython.noop),
        migrations.RemoveField("tries", "old_blocked_until"),
        migrations.RemoveField("tries", "old_last_at"),
        migrations.AddField(
            "portalsession",
            "on_known_device",
            models.BooleanField(default=False),
            preserve_default=False,
        ),
        migrations.AlterField(
            "portalsession",
            "token_hash",
            models.CharField(max_length=64, null=True, unique=True),
        ),
        migrations.AlterModelOptions("portalsession", {"ordering": ["-created_at", "-pk"]}),
        migrations.AddIndex(
            "portalsession",
            models.Index(fields=["account", "-created_at"], name="portal_sessions_of_account"),
        ),
        migrations.RunPython(_join_sign_ins_to_sessions, migrations.RunPython.noop),
        migrations.DeleteModel("SignIn"),
    ]
