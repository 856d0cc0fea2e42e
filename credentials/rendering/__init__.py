"""New sign-in data on paper: a job of cards goes in, the bytes of a document come out.

Pure rendering: nothing here reads the database or the settings, writes a file (R5 allows no
temporary files) or keeps a password after the document is made.
"""
