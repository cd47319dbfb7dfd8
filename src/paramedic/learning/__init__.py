"""Playbooks and knowledge as values: their text, what recalls them, and whether an answer cites them."""
