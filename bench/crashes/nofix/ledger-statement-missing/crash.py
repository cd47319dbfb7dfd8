from ledger.cli import main

main(["book", "statement-2026-03.csv"], standalone_mode=False)
