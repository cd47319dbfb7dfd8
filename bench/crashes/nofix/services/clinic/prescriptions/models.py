from django.db import models


class Prescription(models.Model):
    patient = models.CharField(max_length=120)
    drug = models.CharField(max_length=120)
    milligrams = models.PositiveIntegerField()
    per_day = models.PositiveSmallIntegerField(default=1)
