from feed.worker import Worker

Worker("127.0.0.1", 4810, sink="influx")
