from jinja2 import Environment, TemplateSyntaxError

PAGE = """<title>{% block title required %}{% if site %}{{ site }}{% endif %}{% endblock %}</title>"""


def trigger():
    try:
        return Environment().from_string(PAGE).render(site="Shop")
    except TemplateSyntaxError as refused:
        return [refused.message, refused.lineno]
