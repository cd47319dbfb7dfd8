from peewee import SqliteDatabase, Table


def trigger():
    database = SqliteDatabase(":memory:")
    database.execute_sql('create table sale (id integer, "from" text)')
    database.execute_sql("insert into sale values (1, 'web')")
    sale = Table("sale", ("id", "from")).bind(database)
    return [list(row) for row in sale.select().namedtuples()]
