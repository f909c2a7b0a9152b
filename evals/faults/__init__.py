"""The proof that the checks can fail: faults seeded into a copy of the system, one at a time, and each of them caught.

fault.py          what a fault is: SQL on a copy of the database, edits of a copy of the service, settings
in_database.py    the faults of the database    in_service.py   those of the service
broken_copy.py    a copy of everything with a fault in it, running
checks/           what must hold, one check a file; each says what it found
run.py            `python -m evals.faults`: a control without a fault, every fault, the table, faults.json
"""
