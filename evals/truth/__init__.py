"""What is right: books.py opens a restaurant's books, figures.py counts in them. The SQL is the evals' own: nothing of
the service's queries, views or rounding is used, and days and totals are worked out again from moments and lines."""
