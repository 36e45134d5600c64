"""Settings of a Django project, as far as the contract's requests need them: no session, no user.

On PostgreSQL connections come from Django's own pool. For SQLite it has none: each request opens a connection, and a
middleware lets in no more requests than there may be connections.
"""

from harness_data import DATABASE_URL, ON_SQLITE, POOL_SIZE, TEMPLATES, WORLD_ROWS
from psycopg.conninfo import conninfo_to_dict

ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["harness_django"]
MIDDLEWARE = ["harness_django.middleware.as_many_as_connections"] if ON_SQLITE else []
ROOT_URLCONF = "app"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [TEMPLATES]}]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 2 * WORLD_ROWS},
    }
}

if ON_SQLITE:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": "/" + DATABASE_URL.removeprefix("sqlite:").lstrip("/"),
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    }
elif DATABASE_URL:
    options = conninfo_to_dict(DATABASE_URL)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": options.pop("dbname"),
            "OPTIONS": {**options, "pool": {"min_size": POOL_SIZE, "max_size": POOL_SIZE}},
        }
    }
