import asyncio

from tortoise import Tortoise
from tortoise.functions import Count, Max
from trigger import Sale


def counted(query):
    async def go():
        await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["trigger"]})
        try:
            await Tortoise.generate_schemas()
            for shop in ("north", "south", "north"):
                await Sale.create(shop=shop)
            return await query().count()
        finally:
            await Tortoise.close_connections()

    return lambda: asyncio.run(go())


VARIANTS = [
    counted(lambda: Sale.annotate(last=Max("id")).filter(last__gt=100)),
    counted(lambda: Sale.filter(shop="north").annotate(n=Count("id")).filter(n__gt=7).limit(2)),
    counted(lambda: Sale.annotate(n=Count("id"))),
    counted(lambda: Sale.filter(shop="west")),
    counted(lambda: Sale.all()),
    counted(lambda: Sale.all().limit(2)),
]
