"""How the scorers read an answer: figures.py finds what it states, days.py which days it speaks of, passages.py what
belongs together. Written for the evals, and nothing of how the service makes receipts is used."""
