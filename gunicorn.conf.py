"""How gunicorn serves the desk; it reads this file in the folder where it is started."""

# By default gunicorn believes a header SCRIPT_NAME, with which a client behind a proxy that lets it
# through would open the desk's pages on the pupils' host.
forwarder_headers = ""
