from unittest import mock

from itsdangerous import URLSafeTimedSerializer


def confirm(token):
    return URLSafeTimedSerializer("sample").loads(token, max_age=3600)


with mock.patch("time.time", lambda: 1_700_000_000):
    made = URLSafeTimedSerializer("sample").dumps({"user": 17})
confirm(made)
