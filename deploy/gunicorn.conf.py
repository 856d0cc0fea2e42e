"""How gunicorn serves the desk: `gunicorn schoolloket.wsgi --config deploy/gunicorn.conf.py`."""

# Of a web process: four at most verify passwords of strangers, one reads a file, and the
# others are free for pages. Each has a connection to PostgreSQL, of eight; one is for the mails.
threads = 7

# By default gunicorn believes a header SCRIPT_NAME, with which a client behind a proxy that lets it
# through would open the desk's pages on the pupils' host.
forwarder_headers = ""
