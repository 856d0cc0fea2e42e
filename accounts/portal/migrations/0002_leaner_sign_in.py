"""A sign-in is its session, also when that is over; the times of tries are seconds since 1970."""

from typing import Any

from django.db import migrations, models


def _tell_times_in_seconds(apps: Any, schema_editor: Any) -> None:
    for tries in apps.get_model("portal", "Tries").objects.all():
        if tries.old_blocked_until:
            tries.blocked_until = tries.old_blocked_until.timestamp()
        tries.last_at = tries.old_last_at.timestamp()
        tries.save()


def _join_sign_ins_to_sessions(apps: Any, schema_editor: Any) -> None:
    sessions = apps.get_model("portal", "PortalSession").objects
    for one in apps.get_model("portal", "SignIn").objects.all():
        known = {"on_known_device": one.on_known_device}
        if not sessions.filter(account_id=one.account_id, created_at=one.at).update(**known):
            times = {"created_at": one.at, "expires_at": one.at}
            sessions.create(account_id=one.account_id, version=0, **times, **known)


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
