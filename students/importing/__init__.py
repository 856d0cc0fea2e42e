"""The import of a school's list, in the order in which a file passes through it.

reading               bytes -> headings and rows, by a process of its own
stored_cells          cells as a draft keeps them; national_numbers leaves hashes of the numbers
columns               headings -> fields
parsing               cells -> rows: what each says and what is wrong with it, by way of
                      row_reader, damaged, dates, identifiers, sexes and no_pupils
other_schools         whose list it is
existing              what the school has already, as far as it may know it
planner               rows -> plan, by way of duplicates, claims, matching, merging,
                      entries and endings
plan, summary         new, changed, ended and refused rows, as the preview shows them
recognition           who the new pupils are, at the confirmation
apply                 the plan -> the database
bad_rows              what was not read, as a file to mend and read in again

`actions` is what the rest of the project calls; `draft` is an upload that waits for confirmation.
`limits` says how much of all this a file may cost, `turns` that one file at a time does.
"""


class UnusableFile(Exception):
    """The file as a whole cannot be imported. Its text is Dutch and meant for the manager."""
