import sqlite_utils


def trigger():
    database = sqlite_utils.Database(memory=True)
    database["user"].insert({"id": 1, "name": "Ann"}, pk="id")
    database["log"].insert_all({"text": text} for text in ("in", "out", "in"))
    return database["user"].insert({"id": 1, "name": "Bob"}, pk="id", ignore=True).last_pk
