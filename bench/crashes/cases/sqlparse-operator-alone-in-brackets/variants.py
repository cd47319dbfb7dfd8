import sqlparse

VARIANTS = [
    lambda: sqlparse.format("( as )", reindent=True),
    lambda: sqlparse.format("select (as) from t", strip_whitespace=True),
    lambda: sqlparse.format("( := )", reindent=True),
    lambda: sqlparse.format("select ( a  as  b )", strip_whitespace=True),
    lambda: sqlparse.format("select (1 + 2)::int", reindent=True),
    lambda: sqlparse.format("(.)", reindent=True),
]
