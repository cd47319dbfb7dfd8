import sqlalchemy as sa
from sqlalchemy.orm import declarative_base
from sqlalchemy_utils import force_instant_defaults

Base = declarative_base()


class Invoice(Base):
    __tablename__ = "invoice"
    number = sa.Column(sa.Integer, sa.Sequence("invoice_number"), primary_key=True)
    state = sa.Column(sa.String, default="open")


def trigger():
    force_instant_defaults()
    return Invoice().state
