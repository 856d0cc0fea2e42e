"""A real provider of OpenID Connect, on a port of this machine, that tests can make lie."""
