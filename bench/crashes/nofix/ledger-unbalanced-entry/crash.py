from ledger.journal import Journal

Journal().add("rent March", {"bank": -50000, "rent": 49500})
