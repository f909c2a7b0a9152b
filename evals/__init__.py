"""Evals: the whole service asked what owners ask, and each answer scored against the restaurant's own data.

run.py            `make evals`, `make record`: all datasets through the real service; result.py is what comes of it,
                  table.py shows it in a terminal, collect.py and marked.py put it together
cases.py          what a case is, how the datasets are read, and their JSON schema
datasets/         the cases, in YAML

restaurants.py    who is asked about, and the canaries of each; menus.py what they sell; orders.py what was ordered;
                  seed.py puts it all into a database
cloud.py          PostgreSQL, ministack and the signed-in owners; `serving` starts the service in front of a voice
serve.py          that service's process; service_log.py reads what it writes
hearing.py        which request to Bedrock belongs to which question
asking.py         one case's questions over HTTP, and what was seen of them: observed.py

truth/            what is right, from SQL of its own
reading/          what an answer states, and of which days
scorers/          one file a judgement, each a pydantic-evals Evaluator

recordings/       what was said, by prompt version and dataset: packs.py reads and plays them, voices.py records and
                  speaks live, repack.py keeps what was asked for
authored/         answers that misbehave on purpose
leaks/  faults/   every boundary searched for what is another's, and the proof that the search finds it
report/           the page, JUnit and the baseline; baselines/ holds what is known to fail
"""
