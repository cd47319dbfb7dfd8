from wtforms import Form, SelectField


class Shipping(Form):
    depot = SelectField("Depot", choices=[])


def trigger():
    return str(Shipping().depot())
