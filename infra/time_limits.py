"""Time limits, in seconds, from the inside out: what is inside ends first and says so, and nobody outside has to guess.

A turn ends itself before its function is ended; the function is ended before API Gateway gives up; CloudFront's limits
count from byte to byte, which the stream's heartbeat keeps short.
"""

from __future__ import annotations

TURN = 90
"""What a turn may take, from the service's own configuration."""
DATABASE_WAKE = 45
"""How long a turn waits for a sleeping database, within its own time."""
ASK_FUNCTION = TURN + 30
"""Start and what a turn keeps at its end included."""
ASK_INTEGRATION = ASK_FUNCTION + 10
"""API Gateway takes up to 900 for an integration that streams."""

DATABASE_PATIENCE = 20
"""How long a buffered route waits for a sleeping database before it answers 503 with Retry-After."""
API_FUNCTION = 28
API_INTEGRATION = 29
"""The most that API Gateway gives a buffered integration."""

HEARTBEAT = 10

EDGE_READ = 60
"""How long CloudFront waits for a byte: the most that it does without being asked for more."""
