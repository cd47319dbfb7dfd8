import gitlab

CLIENT = gitlab.Gitlab("https://gitlab.example.com")


def lazy(manager, key):
    return lambda: repr(manager.get(key, lazy=True))


def made(manager, **attributes):
    return lambda: repr(manager._obj_cls(manager, attributes))


VARIANTS = [
    lazy(CLIENT.projects, "group/project"),
    lazy(CLIENT.groups, 7),
    made(CLIENT.users, id=3),
    made(CLIENT.users, id=3, username="ann"),
    made(CLIENT.projects, id=1, path="shop", name="Shop"),
    made(CLIENT.hooks, id=9),
]
