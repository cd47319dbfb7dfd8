"""The web process: intake, API, health and metrics, on one port."""
