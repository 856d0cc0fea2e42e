"""The bytes of a file -> its headings and rows, read by a process of its own without Django.

reader, child         the process that asks, and the one that reads
kinds                 what is no list, and what to do then
cells                 bytes -> cells, all as plain text
csv_lists             the rows of a .csv
decoding              bytes -> text, by way of encodings and double_encoding, which judge by
                      letters how well these fit in names
package, zip_parts    a workbook as openpyxl can read it; xlsx reads its sheets
sheets, joining       the sheets with the headings as one list; sheet_findings names the others
cleaning              text without what nobody sees
"""
