"""Where the figures of an answer come from. The amounts are the example restaurant's own: on Saturday 21 November 144
orders and $3,648.02 net, on Sunday 22 November 98 and $2,436.06."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from benchmarks.receipts_answers import ANSWERS, LONG, Answer
from benchmarks.receipts_example import (
    comparison,
    daily_rows,
    items,
    money,
    order_details,
    orders,
    percent,
    prefetched,
    revenue,
)
from service.rows import DayRevenue, Fact, MenuItemSales, SliceResult

from .reading import read, sources, unmatched

ROWS = daily_rows()
SATURDAY, SUNDAY = ROWS[32], ROWS[33]
WEEK, WEEK_BEFORE = ROWS[27:34], ROWS[20:27]


def total(rows: tuple[DayRevenue, ...], column: str) -> int:
    return sum(getattr(row, column) for row in rows)


@pytest.mark.parametrize("answer", [*ANSWERS, LONG], ids=lambda answer: answer.name)
def test_every_figure_of_a_true_answer_is_matched(answer: Answer) -> None:
    found = read(answer.text, slices=answer.slices)
    assert found
    assert [receipt.text for receipt in found if not receipt.matched] == []


@pytest.mark.parametrize(
    ("answer", "figure", "source"),
    [
        # a cell, by the day that is named with it
        ("On 22 November you took $2,436.06 gross.", "$2,436.06", "row 33 gross"),
        ("Yesterday you had 98 orders.", "98", "row 33 orders"),
        ("Yesterday was fine. You had 98 orders.", "98", "row 33 orders"),
        ("98 orders came in yesterday.", "98", "row 33 orders"),
        ("Orders on 22 November: 98", "98", "row 33 orders"),
        ("On 22 November 4 orders were cancelled.", "4", "row 33 cancelled"),
        ("On 22 November there were four cancelled orders.", "four", "row 33 cancelled"),
        ("On Saturday you took $3,648.02 net.", "$3,648.02", "row 32 net"),
        ("Yesterday brought 98 orders, and the day before 144.", "144", "row 32 orders"),
        ("$3,648.02 on 21 November, $2,436.06 on 22 November.", "$3,648.02", "row 32 net"),
        ("21 November ($3,648.02 net) beat 22 November ($2,436.06 net).", "$2,436.06", "row 33 net"),
        ("21 November was better than 22 November: $3,648.02 net against $2,436.06.", "$3,648.02", "row 32 net"),
        ("## Yesterday\n\n- Orders: 98\n- **Net:** $2,436.06", "$2,436.06", "row 33 net"),
        ("- 21 November:\n  - Orders: 144\n- 22 November:\n  - Orders: 98", "144", "row 32 orders"),
        ("| Day | Orders |\n|---|---|\n| 22 November | 98 |", "98", "row 33 orders"),
        ("| | 21 November | 22 November |\n|---|--:|--:|\n| Orders | 144 | 98 |", "144", "row 32 orders"),
        ("| Date | Net |\n|---|--:|\n| 2026-11-21 | 3,648.02 |", "3,648.02", "row 32 net"),
        ("You took $3,648.02 net.", "$3,648.02", "row 32 net"),
        # an item, an order
        ("Margherita sold 866 pieces for $11,697.50.", "$11,697.50", "row 0 revenue"),
        ("Margherita made up 12.71% of revenue.", "12.71%", "row 0 share"),
        ("1. Margherita (866)\n2. 7 Up (591)", "591", "row 3 quantity"),
        ("You sold 591 7 Ups and 688 Pizza No. 5.", "688", "row 2 quantity"),
        ("Pepperoni sold 776.", "776", "row 1 quantity"),
        ("Mac &amp; Cheese sold 411.", "411", "row 5 quantity"),
        ("House Red 2019 sold 137.", "137", "row 8 quantity"),
        ("Order 48232 came to $87.85.", "$87.85", "row 0 total"),
        ("Order #48232 held 6 items.", "6", "row 0 items"),
        ("Orders 48232 and 48231 came in last.", "48231", "row 1 number"),
        ("Order 48232 came in at 22:47.", "22:47", "row 0 ordered_at"),
        ("Order 48232 came in at 10:47 pm.", "10:47 pm", "row 0 ordered_at"),
        ("| Order | Total |\n|--:|--:|\n| 48231 | $55.76 |", "48231", "row 1 number"),
        # a fact
        ("Total net revenue: $90,950.98.", "$90,950.98", "fact total_net"),
        ("Over the last 35 days you had 3,679 orders.", "3,679", "fact total_orders"),
        # aggregates over days that are stated
        ("From 16 to 22 November you took $18,947.05 net.", "$18,947.05", "total net 2026-11-16..2026-11-22"),
        ("Last week you had 730 orders.", "730", "total orders 2026-11-16..2026-11-22"),
        ("Last week net averaged $2,706.72 a day.", "$2,706.72", "~ mean net 2026-11-16..2026-11-22"),
        ("Last week you had 104 orders a day.", "104", "~ mean orders 2026-11-16..2026-11-22"),
        ("Last week your best day took $3,648.02 net.", "$3,648.02", "maximum net 2026-11-16..2026-11-22"),
        ("The quietest day of last week had 78 orders.", "78", "minimum orders 2026-11-16..2026-11-22"),
        ("Over 5 weeks (20 October to 23 November) all went well.", "5", "count day 2026-10-20..2026-11-23"),
        ("From 20 October to 23 November there were 5 Saturdays.", "5", "count day 2026-10-20..2026-11-23 Saturday"),
        ("From 20 October to 23 November 1 day had no orders.", "1", "count day 2026-10-20..2026-11-23 without orders"),
        (
            "There were no orders on 1 of 35 days from 20 October to 23 November.",
            "35",
            "count day 2026-10-20..2026-11-23",
        ),
        (
            "The 34 days with orders were all of 20 October to 23 November but one.",
            "34",
            "count day 2026-10-20..2026-11-23 with orders",
        ),
        ("Of the last 20 orders, 2 were cancelled.", "2", "count status cancelled of the newest 20"),
        ("The last 20 orders came to $1,064.60 in total.", "$1,064.60", "total total newest 20"),
        # dates
        ("It was on 22 November.", "22 November", "row 33 day"),
        ("In November 2026 it rained.", "November 2026", "within revenue_by_day"),
        # rounded
        ("Yesterday you took $2,436.", "$2,436", "~ row 33 gross"),
        ("Yesterday you took $2.4k.", "$2.4k", "~ row 33 gross"),
        ("Yesterday you took about $2,400.", "$2,400", "~ row 33 gross"),
        ("Yesterday you took 2.4 thousand dollars.", "2.4 thousand dollars", "~ row 33 gross"),
    ],
)
def test_the_source_of_a_figure(answer: str, figure: str, source: str) -> None:
    assert sources(answer)[figure] == source


def test_the_mean_of_the_days_with_orders() -> None:
    rows = [row for row in daily_rows() if row.orders]
    mean = money(round(sum(row.net for row in rows) / len(rows)))
    found = sources(f"From 20 October to 23 November: over the {len(rows)} days with orders that is {mean} net a day.")
    assert found[mean] == "~ mean net 2026-10-20..2026-11-23 with orders"


def test_the_total_beside_its_mean() -> None:
    saturdays = [row for row in daily_rows() if row.weekday == "Saturday" and row.day.month == 11]
    whole = sum(row.orders for row in saturdays)
    mean = f"{whole / len(saturdays):.1f}"
    found = sources(f"Saturdays in November 2026 averaged **{mean} orders** a day: {whole} orders over 3 Saturdays.")
    assert found[mean].endswith("mean orders 2026-11-01..2026-11-23 Saturday")
    assert found[str(whole)] == "total orders 2026-11-01..2026-11-23 Saturday"


def test_a_number_of_days_without_orders_that_is_not_so() -> None:
    assert unmatched("From 20 October to 23 November 5 days had no orders.") == ["5"]
    assert unmatched("From 20 October to 23 November there were 35 days with orders.") == ["35"]


def test_a_year_at_the_head_of_its_days() -> None:
    found = sources("- 2026 (1 January 2026 to 23 November 2026): all went well, unlike 2019 (1 January 2019 on).")
    assert found["2026"] == "within revenue_by_day"
    assert found["2019"] == "unmatched nowhere"


def test_a_name_in_the_plural_that_was_also_looked_for_as_a_category() -> None:
    days = Fact("start", "day", date(2026, 11, 16)), Fact("end", "day", date(2026, 11, 22))
    sold, none = Fact("total_revenue", "money", 78_835), Fact("total_revenue", "money", 0)
    row = MenuItemSales(1, "Korma - Chicken", "", 69, 61_755, 399)
    asked = SliceResult("top_menu_items", "USD", (*days, Fact("item", "text", "korma"), sold), MenuItemSales, (row,))
    empty = SliceResult("top_menu_items", "USD", (*days, Fact("category", "text", "kormas"), none), MenuItemSales, ())
    answer = "**kormas**: sold from 16 November 2026 to 22 November 2026, for **$788.35** before refunds."
    assert sources(answer, asked, empty)["$788.35"] == "fact total_revenue"


def test_two_figures_make_a_third() -> None:
    new, old = total(WEEK, "net"), total(WEEK_BEFORE, "net")
    found = sources(
        f"Net was {money(new)} from 16 to 22 November, up {money(new - old)} or {percent(955)}"
        f" on the {money(old)} from 9 to 15 November."
    )
    assert found[money(new - old)] == f"difference {money(new)} {money(old)}"
    assert found["9.55%"] == f"~ change {money(new)} {money(old)}"


@pytest.mark.parametrize(("word", "matched"), [("up", True), ("down", False), ("+", True), ("-", False)])
def test_a_change_goes_the_way_that_its_words_say(word: str, matched: bool) -> None:
    figure = f"{word}9.55%" if word in "+-" else f"{word} 9.55%"
    new, old = money(total(WEEK, "net")), money(total(WEEK_BEFORE, "net"))
    answer = f"Net was {figure} last week: {new} against {old} from 9 to 15 November."
    assert ("9.55%" not in " ".join(unmatched(answer))) is matched


def test_money_for_one_order_and_a_share() -> None:
    average = money(round(SUNDAY.gross / SUNDAY.orders))
    found = sources(f"The average order yesterday was {average}: $2,436.06 gross from 98 orders.")
    assert found[average] == "~ ratio $2,436.06 98"
    whole = total(WEEK, "net")
    share = percent(round(SATURDAY.net * 10_000 / whole))
    found = sources(f"Saturday 21 November took $3,648.02 net, {share} of last week's {money(whole)}.")
    assert found[share] == f"~ ratio $3,648.02 {money(whole)}"


def test_a_table_states_the_range_of_its_rows() -> None:
    rows = "\n".join(f"| {row.day.day} November | {row.orders} |" for row in WEEK)
    found = sources(f"| Day | Orders |\n|---|--:|\n{rows}\n| **Total** | 730 |")
    assert found["730"] == "total orders 2026-11-16..2026-11-22"


def test_tool_results() -> None:
    found = sources(
        "Order 47001 had 2 × Margherita at $12.50 and came to $41.65 on 14 November at 19:05.", order_details()
    )
    assert found["2"] == "row 0 quantity"
    assert found["$12.50"] == "row 0 unit_price"
    assert found["$41.65"] == "fact total"
    assert found["19:05"] == "fact ordered_at"
    compared = comparison((WEEK_BEFORE[0].day, WEEK_BEFORE[-1].day), (WEEK[0].day, WEEK[-1].day))
    answer = f"From 9–15 to 16–22 November net changed by {money(compared.fact('net_change'))}."  # type: ignore[arg-type]
    assert sources(answer, compared)[money(compared.fact("net_change"))] == "fact net_change"  # type: ignore[arg-type]


def test_rows_of_two_slices_make_one_range() -> None:
    parts = revenue(ROWS[0].day, ROWS[9].day), revenue(ROWS[10].day, ROWS[34].day)
    answer = f"From 20 October to 23 November you took {money(total(ROWS, 'net'))} net."
    assert all(receipt.matched for receipt in read(answer, slices=parts))


def test_categories_add_up_over_the_days_of_their_slice() -> None:
    drinks = money(sum(row.revenue for row in items().rows if row.category == "Drinks"))  # type: ignore[attr-defined]
    answer = f"Drinks from 20 October to 23 November 2026 brought {drinks}."
    assert sources(answer)[drinks] == "total revenue 2026-10-20..2026-11-23 drinks"


def test_a_figure_said_again() -> None:
    assert unmatched("Yesterday you took $2,436.06. Not bad. So $2,436.06 it is.") == []


def test_currencies() -> None:
    found = sources(
        "On 22 November: $2,436.06, US$2,436.06, USD 2,436.06, 2,436.06 dollars, 2.436,06 $,"
        " £2,436.06, A$2,436.06, €2.436,06."
    )
    assert {text for text, source in found.items() if source.startswith("row")} == {
        "22 November",
        "$2,436.06",
        "US$2,436.06",
        "USD 2,436.06",
        "2,436.06 dollars",
        "2.436,06 $",
    }
    assert {source for text, source in found.items() if text[0] in "£A€"} == {"unmatched currency"}


@pytest.mark.parametrize(
    ("currency", "forms"),
    [
        ("ZAR", ("R2,436.06", "R 2,436.06", "R2436.06", "ZAR 2,436.06")),
        ("INR", ("₹2,436.06", "Rs 2,436.06", "Rs2,436.06")),
        ("DKK", ("kr 2,436.06", "kr2,436.06", "2,436.06 kr")),
    ],
)
def test_currencies_that_are_written_with_letters(currency: str, forms: tuple[str, ...]) -> None:
    slices = [replace(result, currency=currency) for result in prefetched()]
    for form in forms:
        found = read(f"On 22 November you took {form} net, and not {form.replace('2', '7')}.", slices=slices)
        assert [(receipt.text, receipt.matched) for receipt in found[1:]] == [
            (form, True),
            (form.replace("2", "7"), False),
        ]


def test_a_letter_before_a_number_is_no_currency_in_a_name() -> None:
    assert [*read("Yesterday the R2D2-4 and the Kr4pfen did well.")] == []


def test_digits_of_other_scripts_and_narrow_spaces() -> None:
    assert unmatched("On 22 November you took ＄２，４３６．０６, or $2\u202f436.06.") == []


@pytest.mark.parametrize(
    "answer",
    [
        "Here are your top 10 dishes, ranked 1st to 10th:",
        "1. First things first\n2) then the rest",
        "| # | Item |\n|--:|---|\n| 1 | Margherita |\n| 2 | 7 Up |",
        "7 Up, Pizza No. 5 and Pepperoni (12in) lead the list.",
        "See https://example.com/2026/11 or [this](/orders/77), mail a1@b2.com.",
        "The ids are conv_123abc and 3f2a9c1e-77aa-4bcd-9e0f-1234567890ab.",
        "Here are 3 suggestions and 2 tips. One of them is good. Two things stand out.",
        "A 330ml bottle, a 12in pizza.",
        "There is no order 99.",
        "As of 09:14 all is quiet.",
    ],
)
def test_what_is_no_figure(answer: str) -> None:
    assert [receipt.text for receipt in read(answer)] == []


def test_a_note_on_an_order_is_quoted_and_not_stated() -> None:
    assert unmatched("Order 47001 says: table 12, 2 candles.", order_details()) == []


def test_no_slices_at_all() -> None:
    found = read("Yesterday you took $5.00 from 3 orders on 22 November.", slices=())
    assert [receipt.matched for receipt in found] == [False, False, True]


def test_orders_alone() -> None:
    assert [r.text for r in read("Order 48232 came to $87.85.", slices=(orders(),)) if not r.matched] == []
    assert prefetched()[2] == orders()
