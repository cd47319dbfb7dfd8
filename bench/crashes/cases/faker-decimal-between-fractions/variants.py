from faker import Faker


def drawn(**bounds):
    def draw():
        fake = Faker()
        fake.seed_instance(7)
        values = [fake.pydecimal(**bounds) for _ in range(20)]
        low, high = bounds.get("min_value", -1e30), bounds.get("max_value", 1e30)
        return [all(low <= value <= high for value in values), len({str(value) for value in values}) > 5]

    return draw


VARIANTS = [
    drawn(max_value=99.5, positive=True, right_digits=2),
    drawn(min_value=10.5, max_value=1000.5, right_digits=3),
    drawn(min_value=1, max_value=100, right_digits=2),
    drawn(left_digits=3, right_digits=2),
    drawn(min_value=9.5, max_value=1.5),
    drawn(min_value=2.5, max_value=2.5),
]
