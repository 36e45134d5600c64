"""The two tables as Django's ORM knows them."""

from django.db import models


class World(models.Model):
    random_number = models.IntegerField(db_column="randomnumber")

    class Meta:
        managed = False
        db_table = "world"

    def as_json(self) -> dict[str, int]:
        return {"id": self.id, "randomNumber": self.random_number}


class Fortune(models.Model):
    message = models.CharField(max_length=2048)

    class Meta:
        managed = False
        db_table = "fortune"
