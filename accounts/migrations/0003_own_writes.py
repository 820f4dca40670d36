"""A person's last write to the catalog."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people")]

    operations = [
        migrations.AddField("user", "wrote_xid", models.BigIntegerField(editable=False, null=True)),
    ]
