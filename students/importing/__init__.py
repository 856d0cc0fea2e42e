"""The import of a school's list, in the order in which a file passes through it.

reader, child         the file is read by a process of its own
cells, csv_lists, xlsx
                      bytes -> cells; cleaning takes out what nobody sees
decoding              bytes -> text, by way of encodings and double_encoding, which judge by
                      letters how well these fit in names
stored_cells          cells as a draft keeps them; national_numbers leaves hashes of the numbers
columns               headings -> fields
rows                  cells -> what each row says, and what is wrong with it; dates reads the days
existing              what the school has already, as far as it may know it
planner               rows -> plan, by way of duplicates, claims, matching, merging,
                      entries and endings
plan                  new, changed, ended and refused rows, as the preview shows them
recognition           who the new pupils are, at the confirmation
apply                 the plan -> the database
bad_rows              what was not read, as a file to mend and read in again

`actions` is what the rest of the project calls; `draft` is an upload that waits for confirmation.
`limits` says how much of all this a file may cost, `turns` that one file at a time does.
"""


class UnusableFile(Exception):
    """The file as a whole cannot be imported. Its text is Dutch and meant for the manager."""
