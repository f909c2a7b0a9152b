"""Faults of the service, as edits of a copy of its source. The database is sound: what it cannot stop is shown here."""

from __future__ import annotations

from evals.faults.fault import Edit, Fault

_ASK = "service/routes/ask.py"
_GROUNDING = "grounding = _grounding(resources, request.user, checkpoints)"
_STORE = "service/conversations/dynamodb.py"
_PREFETCH = "service/slices/prefetch.py"

# Every partition is read, where only the caller's own may be.
_SCAN = """(
            await self._table._client.scan(
                TableName=self._table._name,
                FilterExpression="contains(sk, :id)",
                ExpressionAttributeValues={":id": {"S": conversation_id}},
            )
        )["Items"]"""

FAULTS = (
    Fault(
        name="set_config made session-wide",
        breaks="The tenant stays set on a connection that goes back to the pool, which resets nothing.",
        edits=(
            Edit(
                "service/db/tenant.py",
                "SELECT set_config('app.tenant_id', '{tenant_id}', true)",
                "SELECT set_config('app.tenant_id', '{tenant_id}', false)",
            ),
        ),
        caught_by=("left behind",),
    ),
    Fault(
        name="a cache keyed without tenant",
        breaks="The slices of a moment are kept for whoever asks next.",
        edits=(
            Edit(_PREFETCH, "async def prefetch(", "_KEPT: dict[datetime, Prefetched] = {}\n\n\nasync def prefetch("),
            Edit(
                _PREFETCH,
                "    async with tenant_transaction(",
                "    if now in _KEPT:\n        return _KEPT[now]\n    async with tenant_transaction(",
            ),
            Edit(
                _PREFETCH,
                "return Prefetched(connection.tenant, connection.local_now, tuple(slices), isolation)",
                "_KEPT[now] = Prefetched(connection.tenant, connection.local_now, tuple(slices), isolation)\n"
                "        return _KEPT[now]",
            ),
        ),
        caught_by=("own figures", "leaks: bedrock_requests", "leaks: sse", "leaks: dynamodb_items"),
    ),
    Fault(
        name="look-ups kept without tenant",
        breaks="What a tool found is kept by its name and arguments, for whoever asks the same.",
        edits=(
            Edit("service/slices/execute.py", "MAX_ROWS = 400", "MAX_ROWS = 400\n_FOUND: dict[Any, SliceResult] = {}"),
            Edit(
                "service/slices/execute.py",
                "    async with tenant_transaction(pool, principal, now, patience=patience) as connection:\n"
                "        return await known.fetch(connection, args)",
                "    if (known.name, args) not in _FOUND:\n"
                "        async with tenant_transaction(pool, principal, now, patience=patience) as connection:\n"
                "            _FOUND[known.name, args] = await known.fetch(connection, args)\n"
                "    return _FOUND[known.name, args]",
            ),
        ),
        caught_by=("leaks: bedrock_requests", "leaks: tool_results", "leaks: sse"),
    ),
    Fault(
        name="tenant taken from the body",
        breaks="A request says whose numbers it wants.",
        edits=(
            Edit(_ASK, "from uuid import uuid4", "from uuid import UUID, uuid4"),
            Edit(
                _ASK, "    message_id: str | None = None", "    message_id: str | None = None\n    tenant_id: str = ''"
            ),
            Edit(
                _ASK,
                _GROUNDING,
                "asker = Principal(UUID(data.tenant_id), request.user.user_id) if data.tenant_id else request.user\n"
                f"    {_GROUNDING.replace('request.user', 'asker')}",
            ),
        ),
        caught_by=("forged requests",),
    ),
    Fault(
        name="a tool that takes a tenant id",
        breaks="The model, and whoever talks to it, chooses the tenant.",
        edits=(
            Edit(
                "service/slices/order_details.py",
                "    number: Number",
                "    number: Number\n    branch: str | None = None",
            ),
            Edit(
                "service/slices/order_details.py",
                "    records = await",
                "    if args.branch:\n"
                "        await connection.fetchval(\"SELECT set_config('app.tenant_id', $1, true)\", args.branch)\n"
                "    records = await",
            ),
        ),
        caught_by=("forged tool use",),
    ),
    Fault(
        name="a conversation read by id alone",
        breaks="Whoever knows the id of a conversation can open it.",
        edits=(
            Edit(
                _STORE,
                "item, (turns, earlier) = await both(self._table.get(key), self._turns(conversation_id, last, end))",
                f"everything = {_SCAN}\n"
                '        item = next((each for each in everything if each["sk"] == key["sk"]), None)\n'
                '        turns, earlier = read_turns([each for each in everything if each["sk"] != key["sk"]]), None',
            ),
        ),
        caught_by=("forged requests",),
    ),
    Fault(
        name="a conversation deleted by id alone",
        breaks="Whoever knows the id of a conversation can delete it.",
        edits=(
            Edit(
                _STORE,
                "        key = self._header_key(conversation_id)\n        try:\n"
                "            await self._table.update(key, BURY)",
                f"        for each in {_SCAN}:\n"
                '            key = {"pk": each["pk"], "sk": each["sk"]}\n'
                "            await self._table.delete([key])\n"
                "        return\n"
                "        try:\n            await self._table.update(key, BURY)",
            ),
        ),
        caught_by=("forged requests",),
    ),
    Fault(
        name="an answer repeated by its question's id alone",
        breaks="A question that is sent twice is answered once, whoever sends it the second time.",
        edits=(
            Edit(
                _STORE, "class DynamoConversations:", "_GIVEN: dict[str, Answer] = {}\n\n\nclass DynamoConversations:"
            ),
            Edit(
                _STORE,
                "        claim = self._claim(conversation_id, answer_id, stale_after)\n        header: Header",
                "        if question.id in _GIVEN:\n"
                "            return AnsweredTurn(Turn(1, question, _GIVEN[question.id]))\n"
                "        claim = self._claim(conversation_id, answer_id, stale_after)\n        header: Header",
            ),
            Edit(
                _STORE,
                "        expires_at = expiry(now, self._ttl)\n        question_key",
                "        _GIVEN[begun.question.id] = answer\n"
                "        expires_at = expiry(now, self._ttl)\n        question_key",
            ),
        ),
        caught_by=("forged requests",),
    ),
    Fault(
        name="a partition without the tenant",
        breaks="Conversations lie under the user alone: one who changes restaurants takes them along.",
        edits=(
            Edit(
                "service/conversations/items.py",
                'f"TENANT#{principal.tenant_id}#USER#{principal.user_id}"',
                'f"USER#{principal.user_id}"',
            ),
        ),
        caught_by=("leaks: dynamodb_items",),
    ),
    Fault(
        name="a token whose signature is not verified",
        breaks="Anybody can write the tenant of their choice into a token.",
        edits=(
            Edit(
                "service/auth/tokens.py",
                '"strict_aud": True}',
                '"strict_aud": True, "verify_signature": False, "verify_aud": True}',
            ),
        ),
        caught_by=("forged requests",),
    ),
    Fault(
        name="a token made for another program",
        breaks="The audience is not looked at: whatever the pool signed for anybody signs in here.",
        edits=(Edit("service/auth/tokens.py", '"strict_aud": True}', '"verify_aud": False}'),),
        caught_by=("forged requests",),
    ),
    Fault(
        name="the asker kept where all turns share it",
        breaks="While two turns run, the one reads the other's tenant; one after the other they are right.",
        edits=(Edit("service/grounding.py", "self.principal = principal", "Grounding.principal = principal"),),
        caught_by=("crowd",),
    ),
    Fault(
        name="a stream kept by its conversation's id alone",
        breaks="Two owners whose conversations have the same id, at the same time, share one stream.",
        edits=(
            Edit(_ASK, "from uuid import uuid4", "from uuid import uuid4\nfrom weakref import WeakValueDictionary"),
            Edit(_ASK, 'T = TypeVar("T")', 'T = TypeVar("T")\nOPEN: Any = WeakValueDictionary()'),
            Edit(
                _ASK,
                "    queue = EventQueue()\n    running_turns",
                "    queue = OPEN.setdefault(data.id, EventQueue())\n    running_turns",
            ),
        ),
        caught_by=("crowd",),
    ),
    Fault(
        name="rows in the log",
        breaks="What a look-up found is written down where all tenants' lines lie together.",
        edits=(
            Edit(
                "service/slices/execute.py",
                "            return _capped(await _run(known, args, pool, principal, now, seconds))",
                "            found = _capped(await _run(known, args, pool, principal, now, seconds))\n"
                '            logger.info("tool_answered", tenant=str(principal.tenant_id), rows=str(found.rows))\n'
                "            return found",
            ),
        ),
        caught_by=("leaks: log_lines",),
    ),
    Fault(
        name="a log line that names the tenant before",
        breaks="The log's tenant is set once and not again: lines are filed under another's name.",
        edits=(
            Edit(
                "service/routes/request_log.py",
                "tenant=str(principal.tenant_id) if known else None",
                'tenant=_FIRST.setdefault("tenant", str(principal.tenant_id)) if known else None',
            ),
            Edit(
                "service/routes/request_log.py",
                "def request_log(app",
                "_FIRST: dict[str, str] = {}\n\n\ndef request_log(app",
            ),
        ),
        caught_by=("log names the asker",),
    ),
)
