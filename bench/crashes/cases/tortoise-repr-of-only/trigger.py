import asyncio

from tortoise import Tortoise, fields
from tortoise.models import Model


class Ticket(Model):
    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=40)


async def listed():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": [__name__]})
    try:
        await Tortoise.generate_schemas()
        await Ticket.create(id=7, title="Lamp is broken")
        return repr(await Ticket.all().only("title"))
    finally:
        await Tortoise.close_connections()


def trigger():
    return asyncio.run(listed())
