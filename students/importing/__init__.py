"""The import: read (file -> cells) -> columns (headings -> fields) -> rows (what each row says)
-> matching (whose row it is) -> planner -> plan (new, changed, ended, bad rows), which
`students.importing.apply` writes.

Source: docs/rules.md, Import.
"""


class UnusableFile(Exception):
    """The file as a whole cannot be imported. Its text is Dutch and meant for the manager."""
