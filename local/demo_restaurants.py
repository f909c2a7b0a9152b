"""The three demo restaurants: what each sells, when it is open, and how its year goes. All of it is made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct


class MenuItem(Struct, frozen=True):
    """weight: how often it is chosen, against the other items' weights."""

    name: str
    category: str
    price_cents: int
    weight: int


class Habits(Struct, frozen=True, kw_only=True):
    """How a restaurant of its kind trades.

    opened_on: the day of order 1001; daily_orders: on an average day at the start of 2026; growth: a year;
    weekdays: Monday first, factors of daily_orders, 0 is closed; closures: the public holidays of a year on which it
    stays shut; peak: the day of the year when the season is at its height, and swing by how much;
    hours: (from, to, orders an hour against the others'); lines: weights of 1, 2, 3 … lines an order;
    pieces: weights of 1, 2, 3 … pieces a line.
    """

    opened_on: date
    daily_orders: float
    growth: float
    weekdays: tuple[float, float, float, float, float, float, float]
    closures: Callable[[int], frozenset[date]]
    peak: int
    swing: float
    hours: tuple[tuple[float, float, float], ...]
    lines: tuple[int, ...]
    pieces: tuple[int, ...]
    menu: tuple[MenuItem, ...]
    specials: tuple[MenuItem, ...]
    """One is on the menu at a time. Each year on `specials_change` it leaves, and the next in turn joins."""
    specials_change: tuple[int, int]
    """Month and day."""
    notes: tuple[str, ...]


class DemoTenant(Struct, frozen=True):
    tenant_id: UUID
    name: str
    time_zone: str
    currency: str
    owner_email: str
    kind: str
    habits: Habits


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _marlows_closures(year: int) -> frozenset[date]:
    """Independence Day, Thanksgiving, Christmas."""
    return frozenset({date(year, 7, 4), _nth_weekday(year, 11, 3, 4), date(year, 12, 25)})


def _copper_pot_closures(year: int) -> frozenset[date]:
    """Christmas, Boxing Day, New Year's Day."""
    return frozenset({date(year, 12, 25), date(year, 12, 26), date(year, 1, 1)})


def _laneway_closures(year: int) -> frozenset[date]:
    """Christmas, Boxing Day, New Year's Day, Anzac Day, Melbourne Cup Day."""
    fixed = {date(year, 12, 25), date(year, 12, 26), date(year, 1, 1), date(year, 4, 25)}
    return frozenset(fixed | {_nth_weekday(year, 11, 1, 1)})


_MARLOWS = Habits(
    opened_on=date(2012, 4, 16),
    daily_orders=89,
    growth=0.06,
    weekdays=(0.78, 0.80, 0.88, 0.96, 1.38, 1.32, 0.88),
    closures=_marlows_closures,
    peak=20,
    swing=0.10,
    hours=((11, 12, 4), (12, 14, 9), (14, 17, 4), (17, 20, 14), (20, 22, 8), (22, 23, 3)),
    lines=(30, 34, 22, 10, 4),
    pieces=(84, 13, 3),
    menu=(
        MenuItem("Margherita Pizza (M)", "Pizza", 1395, 12),
        MenuItem("Margherita Pizza (L)", "Pizza", 1795, 10),
        MenuItem("Pepperoni Pizza (M)", "Pizza", 1525, 13),
        MenuItem("Pepperoni Pizza (L)", "Pizza", 1975, 15),
        MenuItem("Four Cheese Pizza", "Pizza", 1850, 8),
        MenuItem("Garden Veggie Pizza", "Pizza", 1775, 7),
        MenuItem("Meatball & Onion Pizza", "Pizza", 1950, 6),
        MenuItem("White Clam Pizza", "Pizza", 2250, 3),
        MenuItem("Buffalo Chicken Pizza", "Pizza", 2025, 8),
        MenuItem("Margherita Slice", "Slices", 375, 14),
        MenuItem("Pepperoni Slice", "Slices", 425, 16),
        MenuItem("Grandma Slice", "Slices", 475, 9),
        MenuItem("Garlic Knots", "Sides", 595, 14),
        MenuItem("Mozzarella Sticks", "Sides", 850, 8),
        MenuItem("Chicken Wings (10)", "Sides", 1350, 9),
        MenuItem("Caesar Salad", "Salads", 1075, 6),
        MenuItem("Marlow's House Salad", "Salads", 925, 5),
        MenuItem("Cannoli", "Desserts", 450, 6),
        MenuItem("Tiramisu", "Desserts", 725, 4),
        MenuItem("Fountain Soda", "Drinks", 295, 17),
        MenuItem("Root Beer", "Drinks", 325, 6),
        MenuItem("Sparkling Water", "Drinks", 350, 4),
    ),
    specials=(
        MenuItem("Fig & Prosciutto Pizza", "Pizza", 2175, 7),
        MenuItem("Hot Honey Soppressata Pizza", "Pizza", 2095, 9),
        MenuItem("Truffle Mushroom Pizza", "Pizza", 2295, 6),
        MenuItem("Street Corn Pizza", "Pizza", 1990, 7),
        MenuItem("Vodka Burrata Pizza", "Pizza", 2240, 8),
    ),
    specials_change=(6, 1),
    notes=(
        "Well done, please",
        "Cut into squares",
        "Extra napkins",
        "No onions",
        "Ring the side door bell",
        "Ranch on the side",
        "Birthday party at 6, please be on time",
    ),
)

_COPPER_POT = Habits(
    opened_on=date(2013, 9, 3),
    daily_orders=52,
    growth=0.04,
    weekdays=(0, 0.76, 0.84, 0.98, 1.46, 1.52, 1.04),
    closures=_copper_pot_closures,
    peak=10,
    swing=0.13,
    hours=((17, 18, 5), (18, 20, 12), (20, 21, 9), (21, 22.5, 4)),
    lines=(4, 16, 28, 26, 16, 8, 2),
    pieces=(80, 17, 3),
    menu=(
        MenuItem("Onion Bhaji", "Starters", 425, 14),
        MenuItem("Vegetable Samosa", "Starters", 395, 10),
        MenuItem("Chicken Tikka Starter", "Starters", 550, 8),
        MenuItem("Sheek Kebab", "Starters", 525, 6),
        MenuItem("Chicken Tikka Masala", "Curries", 1045, 17),
        MenuItem("Butter Chicken", "Curries", 1065, 14),
        MenuItem("Lamb Rogan Josh", "Curries", 1145, 11),
        MenuItem("Chicken Jalfrezi", "Curries", 995, 9),
        MenuItem("Lamb Bhuna", "Curries", 1125, 7),
        MenuItem("King Prawn Dhansak", "Curries", 1295, 5),
        MenuItem("Vegetable Korma", "Curries", 865, 7),
        MenuItem("Saag Paneer", "Curries", 885, 8),
        MenuItem("Chicken Biryani", "Biryani", 1185, 8),
        MenuItem("Lamb Biryani", "Biryani", 1255, 5),
        MenuItem("Tarka Dal", "Sides", 545, 10),
        MenuItem("Bombay Aloo", "Sides", 525, 9),
        MenuItem("Pilau Rice", "Rice", 345, 26),
        MenuItem("Mushroom Rice", "Rice", 395, 7),
        MenuItem("Plain Naan", "Breads", 275, 15),
        MenuItem("Garlic Naan", "Breads", 325, 18),
        MenuItem("Peshwari Naan", "Breads", 345, 9),
        MenuItem("Plain Papadum", "Extras", 95, 24),
        MenuItem("Mango Chutney", "Extras", 85, 13),
        MenuItem("Raita", "Extras", 165, 7),
        MenuItem("Mango Lassi", "Drinks", 365, 8),
        MenuItem("Cobra Beer 660ml", "Drinks", 495, 6),
    ),
    specials=(
        MenuItem("Goan Fish Curry", "Curries", 1215, 8),
        MenuItem("Railway Lamb Curry", "Curries", 1195, 7),
        MenuItem("Chettinad Chicken", "Curries", 1075, 9),
        MenuItem("Malabar Prawn Curry", "Curries", 1325, 6),
    ),
    specials_change=(5, 6),
    notes=(
        "Extra hot please",
        "Mild, it is for children",
        "No coriander",
        "Please knock, the bell is broken",
        "Leave with the neighbour at 14",
        "Cutlery not needed",
    ),
)

_LANEWAY = Habits(
    opened_on=date(2014, 2, 10),
    daily_orders=139,
    growth=0.05,
    weekdays=(0.94, 0.98, 1.02, 1.04, 1.14, 1.12, 0.76),
    closures=_laneway_closures,
    peak=197,  # mid-July: winter there
    swing=0.08,
    hours=((6.5, 7.5, 10), (7.5, 9.5, 22), (9.5, 11, 14), (11, 13.5, 10), (13.5, 15.5, 5)),
    lines=(47, 35, 13, 5),
    pieces=(88, 10, 2),
    menu=(
        MenuItem("Flat White", "Coffee", 490, 34),
        MenuItem("Latte", "Coffee", 490, 26),
        MenuItem("Cappuccino", "Coffee", 490, 16),
        MenuItem("Long Black", "Coffee", 450, 12),
        MenuItem("Magic", "Coffee", 520, 9),
        MenuItem("Piccolo", "Coffee", 460, 6),
        MenuItem("Batch Brew", "Coffee", 470, 7),
        MenuItem("Cold Brew", "Coffee", 590, 5),
        MenuItem("Chai Latte", "Tea & chocolate", 560, 8),
        MenuItem("English Breakfast Tea", "Tea & chocolate", 480, 5),
        MenuItem("Hot Chocolate", "Tea & chocolate", 540, 6),
        MenuItem("Butter Croissant", "Pastry", 580, 12),
        MenuItem("Almond Croissant", "Pastry", 720, 8),
        MenuItem("Banana Bread", "Pastry", 690, 9),
        MenuItem("Blueberry Muffin", "Pastry", 610, 6),
        MenuItem("Smashed Avocado", "Kitchen", 1980, 7),
        MenuItem("Eggs on Sourdough", "Kitchen", 1590, 6),
        MenuItem("Bacon & Egg Roll", "Kitchen", 1320, 10),
        MenuItem("Ham & Cheese Toastie", "Kitchen", 1180, 8),
        MenuItem("Granola Bowl", "Kitchen", 1640, 3),
        MenuItem("Cold-pressed Orange Juice", "Cold drinks", 780, 5),
        MenuItem("Beans to Go 250g", "Retail", 2150, 2),
    ),
    specials=(
        MenuItem("Pandan Lamington", "Pastry", 640, 6),
        MenuItem("Miso Brown Butter Cookie", "Pastry", 570, 8),
        MenuItem("Wattleseed Friand", "Pastry", 620, 6),
        MenuItem("Pistachio Escargot", "Pastry", 790, 7),
        MenuItem("Lemon Myrtle Scone", "Pastry", 650, 6),
    ),
    specials_change=(7, 8),
    notes=(
        "Oat milk",
        "Extra shot",
        "Half strength",
        "Not too hot please",
        "Keep cup",
        "Two bags please",
    ),
)

DEMO_TENANTS = (
    DemoTenant(
        tenant_id=UUID("5a1e0001-0d5c-4b7e-9c11-6d61726c6f77"),
        name="Marlow's Pizza",
        time_zone="America/New_York",
        currency="USD",
        owner_email="maria@marlows.example",
        kind="pizzeria",
        habits=_MARLOWS,
    ),
    DemoTenant(
        tenant_id=UUID("5a1e0002-2f4a-4c3d-8a52-636f70706572"),
        name="The Copper Pot",
        time_zone="Europe/London",
        currency="GBP",
        owner_email="amir@copperpot.example",
        kind="curry house",
        habits=_COPPER_POT,
    ),
    DemoTenant(
        tenant_id=UUID("5a1e0003-71b9-4e08-b1d3-6c616e657761"),
        name="Laneway Espresso",
        time_zone="Australia/Melbourne",
        currency="AUD",
        owner_email="june@laneway.example",
        kind="café",
        habits=_LANEWAY,
    ),
)
