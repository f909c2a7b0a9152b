"""Cognito's pre-token trigger: nobody gets a token who belongs to no restaurant.

Changes nothing in the token: `custom:tenant_id` is in the id token already, put there by whoever made the user, and
this only sees that it is there. A refusal's sentence reaches the page that signs in, after Cognito's own
"PreTokenGeneration failed with error".
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

TENANT = "custom:tenant_id"


class NoTenantError(Exception):
    """The user is linked to no restaurant. Cognito turns it into a refused sign-in."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """event: as Cognito sends it; it goes back unchanged. Raises NoTenantError."""
    tenant = event["request"]["userAttributes"].get(TENANT, "")
    if not _is_tenant(tenant):
        raise NoTenantError("Your account is not linked to a restaurant yet.")
    return event


def _is_tenant(text: str) -> bool:
    """In the one spelling that the service takes, of the many that UUID() would."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
