"""``ledger``: book statements, and close the day."""

from pathlib import Path

import click

from ledger import backup, journal, statement


@click.group()
def main():
    """Keeps the books of a co-operative."""


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--account", default="bank")
def book(path, account):
    """Book a bank statement."""
    entries = statement.read(path)
    book = journal.Journal()
    for entry in entries:
        book.add(entry.text, {account: entry.cents, entry.other: -entry.cents})
    click.echo(f"{len(entries)} entries, balance {book.balance(account)}")


@main.command()
@click.argument("target")
def save(target):
    """Push the books to where they are kept."""
    click.echo(backup.push(Path.cwd(), target))
