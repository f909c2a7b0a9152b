"""What a handler is given by name: built in `app.py`, the store anew for each caller."""

from __future__ import annotations

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from service.agent_loop import TurnResources
from service.conversations.store import ConversationStore

# Built by us, so not checked again at each request.
Resources = NamedDependency[SkipValidation[TurnResources]]
Store = NamedDependency[SkipValidation[ConversationStore]]
"""Opened for the caller: it reaches nobody else's conversations."""
