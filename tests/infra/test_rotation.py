"""A rotation refuses no good request: each step's templates, and the driver against doors that learn slowly."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest

from infra.app import build_app
from infra.errors import DeployError
from infra.origin import Origin
from infra.rotation import Doors, rotate, steps, wait_until_steady
from infra.stages import Stage
from tests.infra.synthesized import Synthesized, read_synthesized

BLUE, GREEN = Origin("blue"), Origin("green")
ADDED, SWITCHED = Origin("blue", also_accepted=True), Origin("green", also_accepted=True)

# -- the steps -------------------------------------------------------------------------------------------------


def test_the_steps_go_from_one_slot_to_the_other_and_back() -> None:
    assert steps(BLUE) == [("add", ADDED), ("switch", SWITCHED), ("drop", GREEN)]
    assert steps(GREEN) == [("add", SWITCHED), ("switch", ADDED), ("drop", BLUE)]


@pytest.mark.parametrize(("broken_off", "settled"), [(ADDED, BLUE), (SWITCHED, GREEN)])
def test_one_that_was_broken_off_is_settled_on_what_is_sent(broken_off: Origin, settled: Origin) -> None:
    assert steps(broken_off) == [("settle", settled), *steps(settled)]


def test_a_state_is_read_as_it_is_written() -> None:
    assert [Origin.parse(str(each)) for each in (BLUE, ADDED, SWITCHED, GREEN)] == [BLUE, ADDED, SWITCHED, GREEN]
    with pytest.raises(ValueError, match="not red"):
        Origin.parse("red")


# -- the templates of each step --------------------------------------------------------------------------------


@dataclass
class Said:
    """What a step's templates say, each value by its name in the secret."""

    sent: set[str]
    taken: set[str]
    pages: dict[str, set[str]]
    """The branches and their credentials."""
    pages_host: str
    slots: list[str]
    slot_in_use: str


@pytest.fixture(scope="module")
def said(dev_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> dict[Origin, Said]:
    folder = tmp_path_factory.mktemp("rotation")
    found = {}
    for state in (BLUE, ADDED, SWITCHED, GREEN):
        build_app(replace(dev_stage, origin=state), folder / str(state), checked=False).synth()
        found[state] = read(read_synthesized(folder / str(state), dev_stage.prefix))
    return found


def read(step: Synthesized) -> Said:
    origins = step.one("AWS::CloudFront::Distribution", "Edge")["DistributionConfig"]["Origins"]
    pages = next(origin for origin in origins if "AppDefaultDomain" in str(origin["DomainName"]))
    branches = [each["Properties"] for each in step.resources("AWS::Amplify::Branch", "Web").values()]
    return Said(
        sent={referred(header["HeaderValue"]) for origin in origins for header in origin["OriginCustomHeaders"]},
        taken=set(re.findall(REFERENCE, str(step.one("AWS::WAFv2::WebACL", "Api")))),
        pages={
            branch["BranchName"]: {referred(value) for value in branch["BasicAuthConfig"].values() if value is not True}
            for branch in branches
        },
        pages_host=str(pages["DomainName"]),
        slots=step.one("Custom::OriginValues", "Identity")["Slots"],
        slot_in_use=step.templates["Edge"]["Outputs"]["Origin"]["Value"],
    )


REFERENCE = r":SecretString:(\w+)}}"


def referred(value: Any) -> str:
    """The name in the secret that a dynamic reference names; fails when the template holds anything else."""
    text = str(value)
    assert "{{resolve:secretsmanager:" in text
    return re.findall(REFERENCE, text)[0]


@pytest.mark.parametrize(("state", "slot"), [(BLUE, "blue"), (ADDED, "blue"), (SWITCHED, "green"), (GREEN, "green")])
def test_cloudfront_sends_one_slots_values_to_that_slots_branch(
    said: dict[Origin, Said], state: Origin, slot: str
) -> None:
    assert said[state].sent == {f"{slot}_verify", f"{slot}_authorization"}
    assert f"'{slot}.'" in said[state].pages_host
    assert said[state].slot_in_use == str(state)


@pytest.mark.parametrize("state", [BLUE, ADDED, SWITCHED, GREEN])
def test_each_door_takes_just_what_the_step_says(said: dict[Origin, Said], state: Origin) -> None:
    assert said[state].taken == {f"{slot}_verify" for slot in state.accepted}
    assert said[state].pages == {slot: {f"{slot}_user", f"{slot}_password"} for slot in state.accepted}


@pytest.mark.parametrize("start", [BLUE, GREEN])
def test_while_a_step_spreads_old_and_new_are_both_taken(said: dict[Origin, Said], start: Origin) -> None:
    """In any order: the sender may be ahead of a door, or a door ahead of the sender."""
    states = [start, *(state for _, state in steps(start))]
    for before, after in pairwise(states):
        may_be_sent = {each for state in (before, after) for each in said[state].sent if each.endswith("_verify")}
        assert may_be_sent <= said[before].taken & said[after].taken, (before, after)
        branches = {state.sent for state in (before, after)}
        assert branches <= said[before].pages.keys() & said[after].pages.keys(), (before, after)


def test_the_order_of_the_slots_makes_no_update(said: dict[Origin, Said]) -> None:
    """A switch must not ask `release` for anything: it would be asked for values that are in use."""
    assert said[ADDED].slots == said[SWITCHED].slots == ["blue", "green"]


# -- the driver ------------------------------------------------------------------------------------------------


@dataclass
class World:
    """CloudFront, the firewall and Amplify: what is deployed reaches the doors after they were asked some times."""

    values: dict[str, str]
    known: Origin = BLUE
    """What the doors know."""
    deployed: Origin = BLUE
    unknown_for: int = 0
    refused: list[str] = field(default_factory=list)
    address: str = ""

    def deploy(self, wanted: Origin) -> None:
        before, self.deployed, self.unknown_for = self.deployed, wanted, 5
        for slot in set(wanted.accepted) - set(before.accepted):
            self.values |= new_values(slot)
        for sender in (before, wanted):  # some places are switched and some are not
            self.visit(sender)

    def accepted(self) -> tuple[str, ...]:
        """Asked for by a door at each request."""
        if self.unknown_for:
            self.unknown_for -= 1
        else:
            self.known = self.deployed
        return self.known.accepted

    def visit(self, sender: Origin) -> None:
        """A reader's requests, through CloudFront: to the API and for a page."""
        doors = self.doors()
        if not doors.api_takes(self.values[f"{sender.sent}_verify"]):
            self.refused.append(f"API, {sender} sent and {self.known} known")
        if not doors.pages_take(sender.sent, self.values[f"{sender.sent}_authorization"]):
            self.refused.append(f"pages, {sender} sent and {self.known} known")

    def doors(self) -> Doors:
        return Doors(f"{self.address}/v1", {"blue": f"{self.address}/blue", "green": f"{self.address}/green"})


def new_values(slot: str) -> dict[str, str]:
    credentials = base64.b64encode(f"edge:{secrets.token_hex(8)}".encode()).decode()
    return {f"{slot}_verify": secrets.token_hex(8), f"{slot}_authorization": f"Basic {credentials}"}


@pytest.fixture
def world() -> Iterator[World]:
    made = World(new_values("blue"))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            slots, status = made.accepted(), 404
            if self.path == "/v1/me":
                taken = {made.values[f"{slot}_verify"] for slot in slots}
                status = 401 if self.headers.get("x-origin-verify") in taken else 403
            elif (slot := self.path.strip("/")) in ("blue", "green"):
                known = slot in slots and self.headers.get("authorization") == made.values[f"{slot}_authorization"]
                status = 200 if known else 401
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def wait(holds: Callable[[], bool], what: str) -> None:
    wait_until_steady(holds, what, sleep=lambda _: None)


def test_nobody_is_refused_and_the_old_value_is_worth_nothing_in_the_end(world: World) -> None:
    old = dict(world.values)
    assert rotate(BLUE, world.deploy, lambda: world.values, world.doors, wait) == GREEN
    assert world.refused == []
    for _ in range(10):
        world.visit(GREEN)
    assert world.refused == []
    assert not world.doors().api_takes(old["blue_verify"])
    assert not world.doors().pages_take("blue", old["blue_authorization"])


def test_switching_before_the_doors_know_would_have_refused_somebody(world: World) -> None:
    """The world above is one in which a wrong rotation is seen."""
    world.deploy(ADDED)
    world.deploy(SWITCHED)  # at once
    assert world.refused


def test_doors_that_never_learn_stop_it_before_anything_is_switched(world: World) -> None:
    deployed: list[Origin] = []

    def deploy_nothing(wanted: Origin) -> None:
        deployed.append(wanted)
        world.values |= {name: value for name, value in new_values("green").items() if name not in world.values}

    def impatient(holds: Callable[[], bool], what: str) -> None:
        wait_until_steady(holds, what, within=0.05, sleep=lambda _: None)

    with pytest.raises(DeployError, match="The old values are still in use"):
        rotate(BLUE, deploy_nothing, lambda: world.values, world.doors, impatient)
    assert deployed == [ADDED]


def test_a_door_that_answers_something_else_says_neither_yes_nor_no(world: World) -> None:
    with pytest.raises(DeployError, match="neither yes nor no"):
        Doors(f"{world.address}/elsewhere", {}).api_takes("anything")


def test_a_door_that_does_not_answer_takes_nothing(world: World) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        address = f"http://127.0.0.1:{closed.server_port}"
    assert not Doors(address, {}).api_takes("anything")
