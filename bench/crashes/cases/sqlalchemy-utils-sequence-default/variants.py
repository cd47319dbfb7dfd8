import sqlalchemy as sa
from sqlalchemy.orm import declarative_base
from sqlalchemy_utils import force_instant_defaults

Base = declarative_base()


class Ticket(Base):
    __tablename__ = "ticket"
    id = sa.Column(sa.Integer, primary_key=True)
    number = sa.Column(sa.Integer, sa.Sequence("ticket_number"))
    state = sa.Column(sa.String, default="new")


class Note(Base):
    __tablename__ = "note"
    id = sa.Column(sa.Integer, primary_key=True)
    text = sa.Column(sa.String, default=lambda: "empty")
    stars = sa.Column(sa.Integer, default=3)
    written = sa.Column(sa.DateTime, server_default=sa.func.now())


def made(model, names, **values):
    def make():
        force_instant_defaults()
        instance = model(**values)
        return [getattr(instance, name) for name in names]

    return make


VARIANTS = [
    made(Ticket, ["number", "state"]),
    made(Ticket, ["number", "state"], number=7, state="done"),
    made(Note, ["text", "stars", "written"]),
    made(Note, ["text", "stars"], text="hello"),
]
