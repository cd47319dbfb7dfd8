"""Any other service, by Apprise, where it is installed."""
