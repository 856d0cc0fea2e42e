"""Who is who: conflicts between two students, and the fields that changed with their old values."""

import django.db.models.deletion
import students.models
from django.conf import settings
from django.db import migrations, models


TABLE = "students_studentfieldchange"

SQLITE = f"""
CREATE TRIGGER {TABLE}_is_never_changed BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END
"""
# The function is there since migration 0003.
POSTGRESQL = f"""
CREATE TRIGGER {TABLE}_is_never_changed BEFORE UPDATE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION history_is_never_changed();
"""


def create_trigger(apps, schema_editor):
    schema_editor.execute(SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def drop_trigger(apps, schema_editor):
    where = "" if schema_editor.connection.vendor == "sqlite" else f"ON {TABLE}"
    schema_editor.execute(f"DROP TRIGGER {TABLE}_is_never_changed {where}")


class Migration(migrations.Migration):

    dependencies = [
        ('institutions', '0001_initial'),
        ('students', '0004_screen_words_stay_in_the_code'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IdentityConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(choices=students.models.IdentityConflict.Outcome.on_screen, default='open', max_length=10)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'twijfel over wie het is',
                'verbose_name_plural': 'twijfels over wie het is',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='NumberClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_hash', models.CharField(max_length=64)),
                ('identity_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='StudentFieldChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(choices=students.models.StudentFieldChange.Field.on_screen, max_length=20)),
                ('old', models.CharField(blank=True, max_length=200)),
                ('new', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='importrun',
            name='recognised',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='student',
            name='is_disputed',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='student',
            name='merged_into',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='students.student'),
        ),
        migrations.AlterField(
            model_name='student',
            name='identity_hash',
            field=models.CharField(db_index=True, editable=False, max_length=64, null=True),
        ),
        migrations.AddConstraint(
            model_name='student',
            constraint=models.UniqueConstraint(condition=models.Q(('is_disputed', False)), fields=('identity_hash',), name='one_student_per_identity'),
        ),
        migrations.AddField(
            model_name='identityconflict',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='identityconflict',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts_as_other', to='students.student'),
        ),
        migrations.AddField(
            model_name='identityconflict',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='identityconflict',
            name='student',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='students.student'),
        ),
        migrations.AddField(
            model_name='numberclaim',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='studentfieldchange',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='students.studentevent'),
        ),
        migrations.AddConstraint(
            model_name='identityconflict',
            constraint=models.UniqueConstraint(fields=('student', 'other'), name='one_conflict_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='identityconflict',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'open'), ('settled_at', None)), models.Q(models.Q(('outcome', 'open'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='settled_conflict_has_its_time'),
        ),
        migrations.AddConstraint(
            model_name='numberclaim',
            constraint=models.UniqueConstraint(fields=('institution', 'person_hash', 'identity_hash'), name='one_claim_per_number'),
        ),
        migrations.RunPython(create_trigger, drop_trigger),
    ]
