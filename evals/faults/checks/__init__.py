"""What must hold of a running copy, one check a file. Each yields a sentence for what it found, under its name.

catalogue        the catalogue alone: tables, policies, owners, grants (the rules of local/catalogue.py)
roles            queries as the service's own role and as the owner: what they see and may do, by tenant and without
own figures      each asker is shown its own sales of each day
isolation proof  what the database itself says of the transaction that an answer was read in
leaks: BOUNDARY  the marks of others, at each of the six boundaries
log names the asker
left behind      a tenant still set, or a transaction still open, when a connection goes back
forged tool use  a model that asks every tool for another tenant's data
forged requests  one owner who knows another's ids and tries them everywhere, and forged tokens
crowd            all owners at once, through a small pool, some of them leaving
"""
