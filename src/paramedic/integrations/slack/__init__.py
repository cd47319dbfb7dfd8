"""Slack: an incoming webhook that only speaks, or a bot that edits what it said and takes answers."""
