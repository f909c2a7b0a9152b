"""Two tenants whose marks are known, for the detectors' own tests: Ask is asking, Rival must stay unseen."""

from __future__ import annotations

from evals.leaks.marks import TenantMarks

RIVAL_ID = "0b6f2c1e-7d64-4a2e-9f10-5a3f0c9d7e21"
ASK = TenantMarks(
    tenant="ask",
    canaries=("Brindlewick", "Marrowick Pie"),
    ids=("11111111-2222-4333-8444-555555555555", "owner@ask.example"),
    numbers=(1_000_777,),
    amounts=(314_159,),
)
RIVAL = TenantMarks(
    tenant="rival",
    canaries=("Éclavine", "Tom & Jerry's Ossumo"),
    ids=(RIVAL_ID, "owner@rival.example"),
    numbers=(2_000_321,),
    amounts=(281_750,),
)
BOTH = (ASK, RIVAL)
