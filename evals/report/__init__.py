"""What came of a run, for people and for machines. All of it is made from `evals/result.py`.

totals.py      how many passed, by dataset, scorer, restaurant and prompt version; what was searched, by boundary
baseline.py    what is known to pass; compare.py two prompt versions, case by case
page.py        one self-contained HTML page, from page.html.j2, page.css and page.js; answers.py draws the answers in
               it, words.py puts sources, truths and expectations into a reader's words
junit.py       the same for a CI's own report
"""
