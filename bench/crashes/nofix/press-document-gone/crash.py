from press.tasks import render

render.apply(args=["/srv/documents/2026/flyer-17.html", "Open day"])
