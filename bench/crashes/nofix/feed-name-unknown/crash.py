from feed.worker import main

main("broker.plant.invalid", 4810, 1)
