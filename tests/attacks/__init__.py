"""What strangers, colleagues and thieves tried on the desk, each of which has to fail."""
