"""The WSGI application: Django behind the RSGI front, or on its own behind a balancer."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")
application = get_wsgi_application()
