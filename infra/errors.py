"""DeployError: why a command of an operator's stops, in one plain sentence that says what to do."""

from __future__ import annotations


class DeployError(Exception):
    """Said to the operator as it is."""
