import asyncio

from tortoise import Tortoise, fields
from tortoise.functions import Count
from tortoise.models import Model


class Sale(Model):
    id = fields.IntField(primary_key=True)
    shop = fields.CharField(max_length=20)


async def counted():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": [__name__]})
    try:
        await Tortoise.generate_schemas()
        await Sale.create(shop="north")
        return await Sale.annotate(sales=Count("id")).filter(sales__gte=10).count()
    finally:
        await Tortoise.close_connections()


def trigger():
    return asyncio.run(counted())
