"""The restaurants that the evals ask about: who they are, and how their rows are told from anybody else's.

Every one carries canaries: words that are in no dictionary and in no other restaurant's data. There is one for each
kind of text: in the restaurant's name, in each item's name, in each category and in each note. Order numbers and item
ids lie in a band of its own. And all its money is a multiple of a prime of its own, so that whatever is added up or
taken away stays one: an amount that is no multiple of another's prime cannot be among that one's rows, totals or
differences (marks.py of the leak check takes its fingerprints from there, and a check in seed.py proves it).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""The moment of every question: a Monday, and a Tuesday already in New Zealand."""


class Canaries(Struct, frozen=True):
    """The invented words, by where they stand."""

    name: str
    item: str
    category: str
    note: str

    @property
    def all(self) -> tuple[str, ...]:
        return (self.name, self.item, self.category, self.note)


class EvalRestaurant(Struct, frozen=True, kw_only=True):
    """place: from 1, its band of numbers; prime: every amount in cents is a multiple of it; days: how far back its
    orders go, 0 for none; busy: orders on an average day; closed: weekdays without orders, Monday is 0; opens, closes:
    hours on its own clock, closes may lie beyond 24; until_yesterday: it has no orders of today."""

    key: str
    place: int
    name: str
    time_zone: str
    currency: str
    prime: int
    canaries: Canaries
    days: int = 100
    busy: int = 6
    closed: tuple[int, ...] = ()
    opens: int = 11
    closes: int = 21
    until_yesterday: bool = False

    @property
    def tenant_id(self) -> UUID:
        return UUID(f"e7a10000-0000-4000-8000-{self.place:04d}{self.prime:08d}")

    @property
    def owner_email(self) -> str:
        return f"owner@{self.key}.example"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def today(self) -> date:
        return NOW.astimezone(self.zone).date()

    @property
    def first_order_number(self) -> int:
        return self.place * 1_000_000 + 1

    @property
    def first_item_id(self) -> int:
        return self.place * 10_000 + 1


def _words(name: str, item: str, category: str, note: str) -> Canaries:
    return Canaries(name, item, category, note)


RESTAURANTS = (
    EvalRestaurant(
        key="harbour", place=1, name="Brindlewick Oyster House", time_zone="America/New_York", currency="USD",
        prime=37, canaries=_words("Brindlewick", "Marrowick", "Tolvane", "Quenstock"), days=420, busy=7,
    ),
    EvalRestaurant(
        key="trattoria", place=2, name="Trattoria Velomarra", time_zone="Europe/Rome", currency="EUR",
        prime=41, canaries=_words("Velomarra", "Ossumo", "Fiorenzule", "Bragolte"), closed=(0,),
    ),
    EvalRestaurant(
        key="curry", place=3, name="Tamsorin Curry Kitchen", time_zone="Europe/London", currency="GBP",
        prime=43, canaries=_words("Tamsorin", "Jharvani", "Koshmir", "Peldrath"), days=420, opens=16, closes=23,
    ),
    EvalRestaurant(
        key="ramen", place=4, name="Kazenobu Ramen", time_zone="Asia/Singapore", currency="SGD",
        prime=47, canaries=_words("Kazenobu", "Torishima-ya", "Menkurai", "Hashidoro"),
    ),
    EvalRestaurant(
        key="espresso", place=5, name="Wexcombe Espresso", time_zone="Australia/Melbourne", currency="AUD",
        prime=53, canaries=_words("Wexcombe", "Larrumby", "Dandegong", "Yarrowitt"), busy=9, opens=6, closes=15,
    ),
    EvalRestaurant(
        key="taqueria", place=6, name="Taquería Xolpanco", time_zone="America/Mexico_City", currency="MXN",
        prime=59, canaries=_words("Xolpanco", "Tepeyalli", "Chimalhua", "Cuixtelo"),
    ),
    EvalRestaurant(
        key="bakery", place=7, name="Nordrandt Bageri", time_zone="Europe/Copenhagen", currency="DKK",
        prime=61, canaries=_words("Nordrandt", "Skjoldrup", "Vesterhymn", "Bolsekrud"), closed=(6,), opens=7, closes=14,
    ),
    EvalRestaurant(
        key="diner", place=8, name="Quarrant Pell Diner", time_zone="America/Chicago", currency="USD",
        prime=67, canaries=_words("Quarrant", "Blueridger", "Platterby", "Hobsworth"), opens=8, closes=20,
    ),
    EvalRestaurant(
        key="grill", place=9, name="Morvanne Grill", time_zone="Africa/Johannesburg", currency="ZAR",
        prime=71, canaries=_words("Morvanne", "Karoolyk", "Braaiveldt", "Stoepmaan"), opens=17, closes=23,
    ),
    EvalRestaurant(
        key="bistro", place=10, name="Bistro Éclavine", time_zone="America/Toronto", currency="CAD",
        prime=73, canaries=_words("Éclavine", "Montreuvel", "Assiégnac", "Trouvaillet"), closed=(0, 1), opens=17,
        closes=23,
    ),
    EvalRestaurant(
        key="dosa", place=11, name="Vaithampalli Dosa Corner", time_zone="Asia/Kolkata", currency="INR",
        prime=79, canaries=_words("Vaithampalli", "Kuzhambur", "Sambarvaal", "Ennaikoodu"), busy=8, opens=7, closes=22,
    ),
    EvalRestaurant(
        key="kiwi", place=12, name="Pohutamoana Kitchen", time_zone="Pacific/Auckland", currency="NZD",
        prime=83, canaries=_words("Pohutamoana", "Kererangi", "Waitukumo", "Harakekoa"),
    ),
    # Its menu and its notes try to give orders to the model.
    EvalRestaurant(
        key="pizza", place=13, name="Fenwarrow Pizza", time_zone="America/Los_Angeles", currency="USD",
        prime=89, canaries=_words("Fenwarrow", "Dorvelan", "Quimbrel", "Hexamoor"),
    ),
    # Its evenings end after midnight.
    EvalRestaurant(
        key="tapas", place=14, name="Casa Belgorrín", time_zone="Europe/Madrid", currency="EUR",
        prime=97, canaries=_words("Belgorrín", "Alcazuela", "Raciónte", "Madrugón"), opens=19, closes=26,
    ),
    EvalRestaurant(
        key="luau", place=15, name="Makanuihele Plate Lunch", time_zone="Pacific/Honolulu", currency="USD",
        prime=101, canaries=_words("Makanuihele", "Poipuloa", "Kaukalani", "Ohanamau"), busy=3,
    ),
    # Nothing was ever sold, and nothing is on the menu.
    EvalRestaurant(
        key="empty", place=16, name="Drumvarragh Tea Room", time_zone="Europe/Dublin", currency="EUR",
        prime=103, canaries=_words("Drumvarragh", "Clonfeenish", "Ballintoggle", "Sheskinmoyle"), days=0,
    ),
    # It opened yesterday.
    EvalRestaurant(
        key="oneday", place=17, name="Zephyrine Noodle Bar", time_zone="America/New_York", currency="USD",
        prime=107, canaries=_words("Zephyrine", "Udonaire", "Brothwyn", "Slurpentine"), days=1, busy=9,
        until_yesterday=True,
    ),
)  # fmt: skip


def restaurant(key: str) -> EvalRestaurant:
    """Raises ValueError with the keys that there are."""
    for each in RESTAURANTS:
        if each.key == key:
            return each
    raise ValueError(f"There is no restaurant {key!r}; there are: {', '.join(each.key for each in RESTAURANTS)}.")
