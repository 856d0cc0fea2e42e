"""How gunicorn serves the desk: `gunicorn schoolloket.wsgi --config deploy/gunicorn.conf.py`."""

# Of a web process: half of them at most verify passwords of strangers, one reads a file, and the
# others are free for pages. Each has a connection to PostgreSQL, of which a process has eight.
threads = 6

# By default gunicorn believes a header SCRIPT_NAME, with which a client behind a proxy that lets it
# through would open the desk's pages on the pupils' host.
forwarder_headers = ""
