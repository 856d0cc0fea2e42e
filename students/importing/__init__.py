"""The import: read (file -> cells) -> columns (headings -> fields) -> rows (what each row says)
-> matching (whose row it is) -> plan (new, changed, ended, bad rows). `students.actions` applies.

Source: product.md, Import.
"""


class UnusableFile(Exception):
    """The file as a whole cannot be imported. Its text is Dutch and meant for the manager."""
