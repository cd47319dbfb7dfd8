import subprocess

from ledger.cli import main

identity = ["-c", "user.name=ledger", "-c", "user.email=ledger@example.invalid"]
subprocess.run(["git", "init", "-q"], check=True)
subprocess.run(["git", *identity, "commit", "-q", "--allow-empty", "-m", "books"], check=True)
main(["save", "file:///mnt/vault/books.git"], standalone_mode=False)
