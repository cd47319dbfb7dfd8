from tabulate import tabulate


def trigger():
    rows = [["pen", 3], ["mug", 12]]
    return tabulate(rows, colalign=["left", "right", "right"])
