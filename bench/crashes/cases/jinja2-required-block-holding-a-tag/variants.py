from jinja2 import DictLoader, Environment, TemplateSyntaxError


def rendered(body, child="{% extends 'base' %}{% block title %}Home{% endblock %}"):
    def render():
        environment = Environment(
            loader=DictLoader({"base": f"<{{% block title required %}}{body}{{% endblock %}}>", "page": child})
        )
        try:
            return environment.get_template("page").render(names=["a", "b"])
        except TemplateSyntaxError as refused:
            return [refused.message, refused.lineno]

    return render


VARIANTS = [
    rendered("{% for name in names %}{% endfor %}"),
    rendered("\n{% set name = 1 %}"),
    rendered("{% block inner %}{% endblock %}"),
    rendered(""),
    rendered(" \n {# the name of the page #}"),
    rendered("Untitled"),
    rendered("{{ names }}"),
]
