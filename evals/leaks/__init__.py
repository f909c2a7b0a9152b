"""No row of another tenant, at any boundary: who is looked for, where, and how.

marks.py         what gives a tenant away: canaries, ids, amounts, and what the asker typed taken from them
readings.py      bytes -> the words and whole numbers in them, whatever they were escaped or formatted as
wire_rows.py     a row as PostgreSQL sends it -> its columns, read as text, integers, decimals and uuids
search.py        find_leaks: the marks of others in what was observed, boundary by boundary

sql_tap.py       a relay before PostgreSQL: the rows of each tenant, and what a transaction leaves behind
stored_items.py  the conversations' items, by the partition that they lie in
log_lines.py     the service's log, by the tenant that each line names

crowd.py         many owners at the same moment, through a small pool, some of them leaving
"""
