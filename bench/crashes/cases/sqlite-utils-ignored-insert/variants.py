import sqlite_utils


def after(rows, *, pk="id", logged=0, **options):
    def insert():
        database = sqlite_utils.Database(memory=True)
        database["thing"].insert({"id": "a", "n": 1}, pk=pk)
        for number in range(logged):
            database["log"].insert({"number": number})
        table = database["thing"].insert_all(rows, pk=pk, **options)
        return [table.last_pk, list(table.rows)]

    return insert


VARIANTS = [
    after([{"id": "a", "n": 2}], logged=4, ignore=True),
    after([{"id": "a", "n": 1}], pk=("id", "n"), logged=2, ignore=True),
    after([{"id": "b", "n": 2}], logged=3, ignore=True),
    after([{"id": "a", "n": 2}], logged=4, replace=True),
    after([{"id": "c", "n": 3}]),
    after([{"id": "a", "n": 2}]),
]
