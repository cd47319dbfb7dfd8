from peewee import Table

PERSON = Table("person", ("id", "name"))


def written(insert):
    return lambda: list(insert().sql())


VARIANTS = [
    written(lambda: Table("archive").insert(PERSON.select(PERSON.name))),
    written(lambda: Table("archive").insert(PERSON.select().where(PERSON.id > 3))),
    written(lambda: Table("archive").insert(PERSON.select(), columns=["id", "name"])),
    written(lambda: PERSON.insert({PERSON.name: "Ann"})),
    written(lambda: PERSON.insert([{"name": "Ann"}, {"name": "Bob"}])),
]
