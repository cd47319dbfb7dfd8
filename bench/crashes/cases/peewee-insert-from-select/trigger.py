from peewee import SqliteDatabase, Table


def trigger():
    database = SqliteDatabase(":memory:")
    database.execute_sql("create table archive (id integer, name text)")
    database.execute_sql("create table person (id integer, name text)")
    database.execute_sql("insert into person values (1, 'Ann')")
    person = Table("person", ("id", "name")).bind(database)
    archive = Table("archive").bind(database)
    archive.insert(person.select()).execute()
    return database.execute_sql("select * from archive").fetchall()
