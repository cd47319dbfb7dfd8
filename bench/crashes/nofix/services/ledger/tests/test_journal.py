from ledger.archive import unpack
from ledger.journal import Journal


def test_a_balanced_entry_is_booked():
    journal = Journal()
    journal.add("rent", {"bank": -5000, "rent": 5000})
    assert journal.balance("rent") == 5000


def test_an_empty_archive_has_no_account():
    assert unpack(b"") == {}
