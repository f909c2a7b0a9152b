"""What an operator is told when provisioning says no: what to mend. None of it reaches an owner."""

from __future__ import annotations

from service.errors import ServiceError


class ProvisioningError(ServiceError):
    """Nothing was changed; the sentence says why."""

    code = "provisioning_refused"
    status = 422
    sentence = "This cannot be provisioned."


class MigrationError(ProvisioningError):
    """The migrations in the folder and those in the database do not fit together, or one of them failed."""

    code = "migration_failed"
    status = 500
