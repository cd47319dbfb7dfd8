"""How people come in: passwords, one-time links, and the OIDC provider of their organisation."""
