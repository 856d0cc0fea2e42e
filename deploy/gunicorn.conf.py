"""How gunicorn serves the desk: `gunicorn schoolloket.wsgi --config deploy/gunicorn.conf.py`."""

# Of a web process: twelve at most wait for the hash of a stranger's password (half a class at the
# bell), one reads a file, and the others are free for pages. Each has a connection to PostgreSQL.
threads = 16

# By default gunicorn believes a header SCRIPT_NAME, with which a client behind a proxy that lets it
# through would open the desk's pages on the pupils' host.
forwarder_headers = ""
