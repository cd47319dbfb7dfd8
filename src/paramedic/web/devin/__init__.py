"""The sessions API of Devin, v3 and v1, as its public clients use it: what of it is covered is told in docs/api.md."""

from paramedic.web.devin import account, sessions, v1

MODULES = (sessions, account, v1)
