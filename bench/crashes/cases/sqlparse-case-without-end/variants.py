import sqlparse


def aligned(statement):
    return lambda: sqlparse.format(statement, reindent_aligned=True)


VARIANTS = [
    aligned("select case begin end end"),
    aligned("select case a as end, b from t"),
    aligned("select case when a then b else c end from t"),
    aligned("select case a when 1 then 2 end as d, e from t"),
    aligned("case when end"),
    aligned("select a from t"),
]
