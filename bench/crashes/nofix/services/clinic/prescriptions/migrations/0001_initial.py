from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Prescription",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("patient", models.CharField(max_length=120)),
                ("drug", models.CharField(max_length=120)),
                ("milligrams", models.PositiveIntegerField()),
                ("per_day", models.PositiveSmallIntegerField(default=1)),
            ],
        ),
    ]
