from peewee import SqliteDatabase, Table


def rows(*columns):
    def select():
        database = SqliteDatabase(":memory:")
        names = ", ".join(f'"{column}" integer' for column in columns)
        database.execute_sql(f"create table thing ({names})")
        database.execute_sql(f"insert into thing values ({', '.join('7' for _ in columns)})")
        thing = Table("thing", columns).bind(database)
        return [[list(row), list(row._fields)] for row in thing.select().namedtuples()]

    return select


VARIANTS = [
    rows("class", "id"),
    rows("import", "total"),
    rows("_hidden"),
    rows("id", "name"),
    rows("id"),
]
