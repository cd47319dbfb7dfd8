"""OpenID Connect providers: Authorization Code with PKCE."""
