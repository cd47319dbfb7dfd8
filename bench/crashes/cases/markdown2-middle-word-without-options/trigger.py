import markdown2


def trigger():
    return str(markdown2.markdown("snake_case_name and *stress*", extras=["middle-word-em"]))
