"""Language models: any provider, one call at a time, with its price."""
