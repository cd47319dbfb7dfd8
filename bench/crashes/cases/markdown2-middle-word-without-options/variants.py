import markdown2


def converted(text, **extras):
    return lambda: str(markdown2.markdown(text, extras={name.replace("_", "-"): value for name, value in extras.items()}))


VARIANTS = [
    converted("one*two*three", middle_word_em=None),
    converted("one_two_three _four_", middle_word_em=None, strike=None),
    converted("one_two_three", middle_word_em=False),
    converted("one_two_three", middle_word_em=True),
    converted("one_two_three", middle_word_em={"allowed": False}),
    converted("one_two_three", middle_word_em={"allowed": True}),
    converted("one_two_three *four*"),
]
