from decouple import config


def database():
    return {"host": config("DB_HOST", default="localhost"), "password": config("DB_PASSWORD")}


database()
