from pyramid.csrf import CookieCSRFStoragePolicy, SessionCSRFStoragePolicy
from pyramid.request import Request


def by_cookie(token, sent):
    request = Request.blank("/", cookies={"csrf_token": token})
    return lambda: CookieCSRFStoragePolicy().check_csrf_token(request, sent)


def by_session(token, sent):
    request = Request.blank("/")
    request.session = {"_csrft_": token}
    return lambda: SessionCSRFStoragePolicy().check_csrf_token(request, sent)


VARIANTS = [
    by_cookie("abc", "abc…"),
    by_session("abc", "日本"),
    by_session("abc", "abc"),
    by_cookie("abc", "abc"),
    by_cookie("abc", "abd"),
    by_cookie("abc", "é"),
]
