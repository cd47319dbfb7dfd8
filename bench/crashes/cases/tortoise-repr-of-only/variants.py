import asyncio

from tortoise import Tortoise
from trigger import Ticket


def seen(ask):
    async def go():
        await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["trigger"]})
        try:
            await Tortoise.generate_schemas()
            await Ticket.create(id=7, title="Lamp is broken")
            return await ask()
        finally:
            await Tortoise.close_connections()

    return lambda: asyncio.run(go())


async def key_of_partial():
    return (await Ticket.all().only("title").first()).pk


async def partial_equal():
    return (await Ticket.all().only("title").first()) == Ticket(title="x")


async def whole():
    ticket = await Ticket.get(id=7)
    return [repr(ticket), str(ticket), ticket.pk]


async def with_key():
    return repr(await Ticket.all().only("id", "title"))


async def other_column():
    return (await Ticket.all().only("id").first()).title


VARIANTS = [
    seen(key_of_partial),
    seen(partial_equal),
    seen(whole),
    seen(with_key),
    seen(other_column),
    lambda: [repr(Ticket(title="new")), Ticket(title="new").pk],
]
