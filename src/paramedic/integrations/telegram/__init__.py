"""Telegram: a bot in one chat."""
