"""What the applications on Django have in common beside their views: settings, models, forms, stacks of middlewares.

These are the same under WSGI and ASGI. The views are what differs, and stand in each application's folder.
"""
