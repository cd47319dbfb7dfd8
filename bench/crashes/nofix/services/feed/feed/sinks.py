"""Where readings are kept."""


class Memory:
    def __init__(self):
        self.readings = []

    def keep(self, reading):
        self.readings.append(reading)


class Influx:
    """The time series database of the plant; its client is an extra of the deployment."""

    def __init__(self):
        from influxdb_client import InfluxDBClient

        self.client = InfluxDBClient.from_env_properties()

    def keep(self, reading):
        self.client.write_api().write("meters", record={"meter": reading.meter, "kwh": reading.kwh})


SINKS = {"memory": Memory, "influx": Influx}


def open_sink(name):
    return SINKS[name]()
