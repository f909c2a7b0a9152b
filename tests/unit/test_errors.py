"""The error tree is the one that its module draws, and every error can be told to an owner."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from service import errors
from service.errors import AuthenticationError, ServiceError, ToolError, TurnInProgressError

LINE = re.compile(r"^    (?P<branches>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: +(?P<status>\d{3}))?(?: .*)?$")


def drawn() -> dict[str, tuple[str | None, int | None]]:
    """name: (parent's name, status), as the docstring draws it; a line's depth is how far its name is indented."""
    found: dict[str, tuple[str | None, int | None]] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            depth = len(match["branches"]) // 4
            del above[depth:]
            found[match["name"]] = (above[-1] if above else None, int(match["status"]) if match["status"] else None)
            above.append(match["name"])
    return found


def family(of: type[ServiceError]) -> Iterator[type[ServiceError]]:
    yield of
    for child in of.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from family(child)


ALL = list(family(ServiceError))


def test_the_drawn_tree_is_the_real_one() -> None:
    real = {each.__name__: None if each is ServiceError else each.__bases__[0].__name__ for each in ALL}
    assert {name: parent for name, (parent, _) in drawn().items()} == real


def test_the_module_defines_no_error_outside_of_the_tree() -> None:
    defined = {
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, BaseException) and each.__module__ == errors.__name__
    }
    assert defined == set(ALL)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_a_drawn_status_is_the_real_one_and_only_branches_have_none(error: type[ServiceError]) -> None:
    status = drawn()[error.__name__][1]
    if status is None:
        assert error.__subclasses__() or issubclass(error, ToolError)
    else:
        assert status == error.status


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_an_error_has_a_code_of_its_own_and_a_plain_sentence(error: type[ServiceError]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", vars(error)["code"])
    assert re.fullmatch(r"[A-Z][^{}<>_]+\.", error.sentence)
    assert 400 <= error.status <= 599


def test_codes_are_unique() -> None:
    assert len({error.code for error in ALL}) == len(ALL)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_what_is_away_for_a_moment_says_when_to_come_back(error: type[ServiceError]) -> None:
    if error.status in (429, 503):
        assert error.retry_after


def test_a_sentence_may_be_given_for_this_once() -> None:
    error = ServiceError("There is no order 5.", retry_after=3)
    assert (error.sentence, error.retry_after, str(error)) == ("There is no order 5.", 3, "There is no order 5.")
    assert ServiceError.sentence != error.sentence
    assert (TurnInProgressError().retry_after, TurnInProgressError(retry_after=0).retry_after) == (2, 0)


def test_the_reason_of_a_refused_token_is_not_told_in_its_sentence() -> None:
    error = AuthenticationError("expired")
    assert error.reason == "expired"
    assert str(error) == error.sentence == "Please sign in again."
