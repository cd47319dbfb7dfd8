"""One blueprint a module; ``app`` registers all that it finds here."""
