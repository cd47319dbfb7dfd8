from django.conf import settings

settings.configure(USE_TZ=False)

from import_export.widgets import SimpleArrayWidget


def trigger():
    widget = SimpleArrayWidget(separator="|")
    books = [["new", "red"], None]
    return [widget.render(tags) for tags in books]
