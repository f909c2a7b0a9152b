"""Where a failure came from, for the log: its kinds and places, and none of its words.

What an exception says may quote anything: Bedrock the prompt that it refused, PostgreSQL the row that it would not
take, a decoder the bytes before it. An operator needs the kind, the code that a remote service gave, and the lines of
the program; those name nobody.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_CODE = re.compile(r"[\w.:-]{1,80}")
_DEEPEST = 8
"""Causes behind causes that are followed, and errors of a group that are shown."""


def failure_trace(error: BaseException) -> str:
    """The error and what led to it, the first cause first, as Python writes it; each with its codes for its words."""
    return "\n".join(_lines(error, set()))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    if id(error) in seen or len(seen) >= _DEEPEST:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _lines(before, seen)
        yield "which led to:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}{_codes(error)}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield "of which one:"
            yield from _lines(one, seen)


def _place(file: str) -> str:
    """Within the checkout, or within the package that it is of."""
    path = Path(file)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name


def _codes(error: BaseException) -> str:
    """What AWS, PostgreSQL and the system say in codes; Tableside's own errors have one too."""
    codes = [getattr(error, name, None) for name in ("operation_name", "code", "sqlstate", "status_code", "errno")]
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        codes += [answer.get("Error", {}).get("Code"), answer.get("ResponseMetadata", {}).get("RequestId")]
    said = [str(code) for code in codes if code and isinstance(code, str | int) and _CODE.fullmatch(str(code))]
    return f" ({', '.join(said)})" if said else ""
