"""The dashboard: pages for people, rendered here, readable without JavaScript, with nothing from outside."""

from paramedic.web.pages.routes import page_routes

__all__ = ["page_routes"]
