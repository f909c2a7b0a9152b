"""The one error of the cloud on this machine."""

from __future__ import annotations


class LocalCloudError(Exception):
    """Says in one plain sentence, for the person at the terminal, what went wrong and what to do about it."""
