from tabulate import tabulate

VARIANTS = [
    lambda: tabulate([["a"]], colalign=["right", "left"]),
    lambda: tabulate([[1, 2]], headers=["x", "y"], colalign=["left", "left", "left"]),
    lambda: tabulate([["a", "b"]], colalign=["right"]),
    lambda: tabulate([["a", 1]], colalign=["right", "left"]),
    lambda: tabulate([["a", 1]]),
]
