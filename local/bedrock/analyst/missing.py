"""What owners ask that the data does not hold, as a table: one sentence that says so, without a figure, and what
calls for it."""

from __future__ import annotations

import re

from .reading import whole_words
from .refuse import FORECAST, WHY


def _lacks(what: str) -> str:
    return f"I cannot answer that: {what}."


MISSING: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sentence, whole_words(*patterns))
    for sentence, *patterns in (
        (
            WHY,
            r"why|how come|what caused|what is causing|reasons?|explains?|because of what|what drove|what is driving",
        ),
        (
            "I cannot give advice: I can only tell you what the sales and orders show.",
            r"should (?:we|i)|(?:what|how) can (?:we|i)",
            (
                r"how (?:do|could|would|to) (?:we |i )?(?:improve|increase|boost|grow|raise|get more|make more"
                r"|sell more)"
            ),
            r"advice|advise|recommend\w*|suggest(?:ion|ions|ed)?|worth (?:it|opening|adding|keeping)|strategy",
            r"improve (?:our )?(?:sales|revenue)",
        ),
        (
            _lacks("profit, margins and costs are not in the data I can see, only sales and orders"),
            (
                r"profit\w*|margins?|mark ?ups?|(?:food |labou?r |running |operating )?costs?|costing|expenses?"
                r"|overheads?"
            ),
            r"ebitda|cogs|break ?even|in the black|in the red|losses|did we lose|are we losing|lost money|rent",
            r"bills to pay|cash ?flow|bank balance|loan",
        ),
        (
            _lacks("staff, and who sold or served what, are not in the data I can see"),
            (
                r"staff\w*|employees?|waiters?|waitress(?:es)?|bartenders?|chefs?|cooks?|managers?|wages?|payroll"
                r"|labou?r"
            ),
            r"salar(?:y|ies)|rotas?|shifts worked|team members?|cashiers?|drivers?|servers?",
            r"n_\d+ did (?!we|you|i|it|they|he|she)[a-z]+ (?:sell|serve)|who (?:sold|served|worked|took|rang|was on)",
        ),
        (
            _lacks("who the customers are is not in the data I can see"),
            (
                r"(?:customers?|guests?|diners?|clients?) (?:names?|emails?|phone\w*|address\w*|list|details|ages?"
                r"|retention|loyalty|satisfaction)"
            ),
            (
                r"(?:new|returning|repeat|regular|loyal|best|biggest|top|which|unique) (?:customers?|guests?"
                r"|diners?|clients?|regulars)"
            ),
            r"regulars|loyal\w*|names? of (?:the |our )?(?:customers?|guests?)",
            r"who (?:bought|ordered|ate|came|spent|placed|cancelled|is our|are our|was the)|whose",
            r"(?:age|gender|demographics?)(?: of)?",
        ),
        (
            _lacks("the weather is not in the data I can see"),
            r"weather|rain\w*|snow\w*|sunny|sunshine|storms?|temperature|heat ?wave|hot day|cold day",
        ),
        (
            FORECAST,
            r"forecast\w*|predict\w*|projection|projected|expect\w*|going to (?:be|make|do|have|hit|sell|earn|take)",
            r"will|on track|targets?|goals?|budget\w*|if we (?:raise|lower|increase|cut|open|close)|estimate for",
        ),
        (
            _lacks("I have sales by day, and not by hour or time of day"),
            (
                r"hours?|hourly|what time|time of day|times of day|o clock|\d+ ?(?:am|pm)|mornings?|afternoons?"
                r"|evenings?"
            ),
            r"midday|noon|midnight|late night",
            r"(?:lunch|dinner|breakfast|brunch) ?(?:time|service|rush|trade|shift|sales|vs|or|versus|and dinner)",
            (
                r"(?:at|during|over|for) (?:lunch|dinner|breakfast|brunch)|(?:busiest|peak|quietest|rush) times?"
                r"|rush hour"
            ),
            r"services? (?:period|time)",
        ),
        (
            _lacks("tips, taxes, discounts and how orders were paid are not in the data I can see"),
            r"tips?|gratuit(?:y|ies)|service charges?|tax(?:es)?|vat|gst|paid (?:in|by|with)",
            (
                r"(?:by|in|with|on) (?:cash|card|credit)|card payments?|cash (?:payments?|sales)|cash or card"
                r"|contactless"
            ),
            r"payment (?:methods?|types?)|apple pay|discounts?|vouchers?|promo\w*|coupons?|gift cards?|comps",
        ),
        (
            _lacks("how an order was placed or handed over is not in the data I can see"),
            r"deliver(?:y|ies|ed|oo)|uber ?eats|door ?dash|just ?eat|grub ?hub|dine[ -]?in|eat[ -]?in|online orders?",
            r"walk ?ins?|website|in person|channels?",
        ),
        (
            _lacks("stock, ingredients and suppliers are not in the data I can see"),
            r"stock|inventory|ingredients?|suppliers?|wast(?:e|age|ed)|calories|allergens?|gluten|shelf life",
            r"in the fridge|run out of",
        ),
        (
            _lacks("reviews, complaints and marketing are not in the data I can see"),
            r"reviews?|ratings?|stars?|complaints?|feedback|instagram|facebook|google|tripadvisor|yelp|social media",
            r"marketing|ads|advert\w*",
        ),
        (
            _lacks("tables, bookings and waiting times are not in the data I can see"),
            r"bookings?|reservations?|no shows?|tables?|seats?|waiting time|wait times?|turn ?around|opening times?",
            r"opening hours|square (?:foot|feet|metre\w*)",
        ),
        (
            _lacks("menu prices are not in the data I can see, only what was sold"),
            r"(?:how much (?:is|are|does|do)) (?:a|an|the|our|we charge for)?.{0,40}\b(?:cost|charge|priced?)",
            r"how much (?:is|are|for) (?:(?:a|an|1|one) |(?:the |our )?n_\d)",
            r"expensive(?! (?:single )?(?:orders?|tickets?|bills?))|cheap(?:est|er)?(?! (?:orders?|tickets?|bills?))",
            r"prices?|priced|pricing|charge for",
        ),
        (
            _lacks("I can rank what sold, but not count how many different things there are"),
            r"(?:how many|number of|count of) (?:different|distinct|unique|separate) \w+",
        ),
        (
            "I cannot judge that for you, but I can compare it with another day or range.",
            r"good or bad|is (?:that|this|it) (?:good|bad|normal|ok|okay|usual|enough|a lot|healthy)",
            r"was (?:that|it) (?:good|bad|normal)|happy with",
        ),
    )
)


def missing(text: str) -> str | None:
    return next((sentence for sentence, pattern in MISSING if pattern.search(text)), None)
