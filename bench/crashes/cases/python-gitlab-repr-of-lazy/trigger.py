import gitlab


def trigger():
    client = gitlab.Gitlab("https://gitlab.example.com")
    project = client.projects.get(42, lazy=True)
    return f"deploying {project!r}"
