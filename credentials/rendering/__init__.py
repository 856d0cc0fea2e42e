"""The printed side of new sign-in data: a job of cards in, the bytes of documents out.

Pure rendering. Nothing here reads the database or the settings, writes a file (product rule R5:
no temporary files) or keeps a password after the document is made.
"""
