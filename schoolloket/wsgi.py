"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolloket.settings")

application = get_wsgi_application()

# The objects of the start-up stay for good: the garbage collector need not visit them again.
gc.collect()
gc.freeze()
