"""How gunicorn serves the desk: `gunicorn schoolloket.wsgi --config deploy/gunicorn.conf.py`."""

# Of a web process: 24 at most wait for the hash of a password on a new device (a class at the bell)
# and four without a device that can be told apart, one reads a file, and the others are free for
# pages. Each has a connection to PostgreSQL.
threads = 32

# By default gunicorn believes a header SCRIPT_NAME, with which a client behind a proxy that lets it
# through would open the desk's pages on the pupils' host.
forwarder_headers = ""
