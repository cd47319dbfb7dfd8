from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.request import Request


def trigger():
    request = Request.blank("/pay", cookies={"csrf_token": "e5e9e30a08b34ff9842ff7d2b958c14b"})
    return CookieCSRFStoragePolicy().check_csrf_token(request, "ключ")
