from press.spool import write


def test_orders_become_lines(tmp_path):
    assert write([{"number": 1, "copies": 50}], tmp_path / "jobs.csv") == 1
    assert (tmp_path / "jobs.csv").read_text().splitlines()[1] == "1,a4,50"
