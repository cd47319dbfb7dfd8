"""Job files for the presses, and the board that shows what they do."""

import csv

import redis


def write(orders, target):
    """One line for each order. The press reads the file as soon as it is closed."""
    with target.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["number", "paper", "copies"])
        for order in orders:
            lines.writerow([order["number"], order.get("paper", "a4"), order["copies"]])
    return len(orders)


def announce(url, number, state):
    board = redis.Redis.from_url(url, socket_connect_timeout=1)
    return board.publish("presses", f"{number}:{state}")
