import sqlparse


def trigger():
    statement = "insert into total values (::)"
    return sqlparse.format(statement, reindent=True)
