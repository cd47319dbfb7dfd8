"""The sessions API of Devin, v3 and v1, as its public clients use it: what of it is covered is told in docs/api.md."""

from paramedic.web.devin import absent, account, attachments, knowledge, playbooks, schedules, sessions, v1

ROUTERS = (
    sessions.router,
    playbooks.router,
    knowledge.router,
    schedules.router,
    attachments.router,
    account.router,
    absent.router,
)
ROUTERS_V1 = (v1.router, playbooks.v1, knowledge.v1, attachments.v1)
