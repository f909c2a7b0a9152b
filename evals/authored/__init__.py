"""Answers written by hand, most of them to misbehave: nobody's model said them, and every stream of them says so.

responses.py reads responses.json and speaks from it in the place of a model. Each response names the scorers that
have to catch it, its own first; the good ones name none.
"""
