"""Double-entry book-keeping: each entry sums to zero, in cents."""


class Journal:
    def __init__(self):
        self.entries = []

    def add(self, text, lines):
        """Book one entry. The caller balances it: a journal never holds one that does not sum to zero."""
        assert sum(lines.values()) == 0, f"entry {text!r} does not balance: {sum(lines.values())}"
        self.entries.append((text, dict(lines)))

    def balance(self, account):
        return sum(lines.get(account, 0) for _, lines in self.entries)

    def last(self):
        return self.entries[-1] if self.entries else None
