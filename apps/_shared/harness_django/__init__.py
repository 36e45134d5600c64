"""What the two Django variants of the idiomatic tier have in common: a Django application with settings and models.

These are the same under WSGI and ASGI. The views are what differs, and stand in each variant's folder.
"""
