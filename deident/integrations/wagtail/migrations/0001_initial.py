"""The table of overrides, and with it the permission to override."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """As Django wrote it."""

    initial = True
    dependencies = [  # noqa: RUF012 as Django writes it
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [  # noqa: RUF012
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_id", models.CharField(max_length=255)),
                ("revision_id", models.PositiveBigIntegerField(null=True)),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("user_name", models.CharField(max_length=255)),
                ("reason", models.TextField(verbose_name="reason")),
                ("record", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "content_type",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "override of the publish check",
                "verbose_name_plural": "overrides of the publish check",
                "default_permissions": (),
                "permissions": (
                    (
                        "override",
                        "不顾个人信息检查结果发布（须写明理由） / Publish against the check for personal data, with a reason",
                    ),
                ),
            },
        ),
    ]
