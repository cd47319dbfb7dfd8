from faker import Faker


def trigger():
    fake = Faker()
    fake.seed_instance(7)
    price = fake.pydecimal(right_digits=2, min_value=1.5, max_value=9.5)
    return [type(price).__name__, 1 <= price <= 10]
