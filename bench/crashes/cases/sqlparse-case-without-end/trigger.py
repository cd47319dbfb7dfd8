import sqlparse


def trigger():
    statement = "select case begin when paid then 1 end from orders"
    return sqlparse.format(statement, reindent_aligned=True)
