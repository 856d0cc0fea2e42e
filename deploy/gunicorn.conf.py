"""How gunicorn serves the desk: `gunicorn schoolloket.wsgi --config deploy/gunicorn.conf.py`."""

# By default gunicorn believes a header SCRIPT_NAME, with which a client behind a proxy that lets it
# through would open the desk's pages on the pupils' host.
forwarder_headers = ""
