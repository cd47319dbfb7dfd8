"""The application: every blueprint of ``routes``, and how errors are answered."""

from __future__ import annotations

import importlib
import os
import pkgutil

from flask import Flask, jsonify

from storefront import routes
from storefront.errors import ShopError


def create_app() -> Flask:
    app = Flask(__name__)
    for found in pkgutil.iter_modules(routes.__path__):
        app.register_blueprint(importlib.import_module(f"storefront.routes.{found.name}").blueprint)
    app.register_error_handler(ShopError, _explain)
    return app


def _explain(error: ShopError):
    return jsonify(error=type(error).__name__, message=str(error)), error.status


if dsn := os.environ.get("SENTRY_DSN"):
    import sentry_sdk

    sentry_sdk.init(dsn, release=os.environ.get("STOREFRONT_RELEASE"), environment="production")
app = create_app()
