"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolloket.settings")

application = get_wsgi_application()

# What start-up made stays: from here on the garbage collector need not walk it at every request.
gc.collect()
gc.freeze()
