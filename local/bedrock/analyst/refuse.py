"""What the analyst will not or cannot answer, as tables: a pattern on the regular form, and one sentence without a figure.

REFUSED is looked for first and wins over everything. MISSING comes after dates and names were taken out, so that an item
called "Staff Lunch" can be asked about.
"""

from __future__ import annotations

import re

OWN_ONLY = "I can only answer questions about this restaurant's own sales, orders and menu items."
NOT_UNDERSTOOD = (
    "I am not sure what you are asking; I can answer about this restaurant's sales, orders, refunds and menu items for any "
    "day or range of days, compare two ranges, or look up an order by its number."
)
FUTURE = "That is still in the future, so there is no data for it yet."
WHY = "I cannot tell why: the data says what was sold and when, and not the reasons behind it."
ONE_CURRENCY = "I can only give amounts in this restaurant's own currency."
FORECAST = "I cannot forecast: I can only tell you what has been sold up to now."
TOO_MANY_AT_ONCE = "That is more than I can work out in one go; please ask for a shorter range or for fewer things at once."
NO_RESTAURANT = "I cannot see any restaurant's data with this question, so I have nothing to answer from."

_INSTRUCTIONS = (
    "I cannot show or change my instructions; I can help with this restaurant's sales, orders and menu items."
)
_SQL = "I do not write or run SQL or other code; ask in plain words about this restaurant's sales, orders and menu items."
_SECRETS = "I have no passwords, keys or technical settings, only this restaurant's sales, orders and menu items."
_OTHERS = "I can see this restaurant's own numbers and nobody else's."

REFUSED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (
            r"\b(?:ignor\w*|disregard\w*|forget\w*|overrid\w*|bypass\w*|skip) (?:\w+ ){0,4}"
            r"(?:instructions?|rules?|prompts?|guidelines|restrictions|constraints|the above|all previous|everything (?:above|before|you))\b"
            r"|\b(?:system|hidden|initial|original|secret|developer|starting|base) (?:prompts?|messages?|instructions?|rules?)\b"
            r"|\b(?:your|the|these|those|all) (?:\w+ )?(?:prompts?|instructions?|guidelines|directives)\b"
            r"|\byour (?:\w+ )?(?:rules|configuration|settings|context window)\b"
            r"|\binstructions?\b|\bjailbreak\w*|\bdeveloper mode\b|\bdan mode\b|\bprompt injection\b"
            r"|\b(?:you are|act) (?:now |as )(?:an?|my|the)\b|\bpretend (?:to be|that|you)\b|\brole ?play\b"
            r"|\b(?:repeat|print|reveal|show|output|echo|recite|copy)\b.{0,40}\b(?:(?:the|everything|text|words) above|verbatim|word for word|prompts?)\b"
            r"|\bwhat (?:were|are) you (?:told|instructed|programmed)\b",
            _INSTRUCTIONS,
        ),
        (
            r"\bselect\b.{0,200}\bfrom\b|\b(?:drop|alter|truncate|create) (?:table|database|schema|view|role)\b"
            r"|\bdelete from\b|\binsert into\b|\bupdate \w+ set\b|\bunion (?:all )?select\b|\bsql\b|\bdatabase\b|\bpostgres\w*"
            r"|\b(?:write|run|execute|give me) (?:a |the |this |me )*(?:query|script|program|code|function)\b"
            r"|\bpython\b|\bjavascript\b|\bregex\b|\bschema\b",
            _SQL,
        ),
        (r"\bpasswords?\b|\bapi keys?\b|\bcredentials?\b|\baccess keys?\b|\benv(?:ironment)? var\w*|\bsecret key\b", _SECRETS),
        (
            r"\b(?:other|another|different|neighbou?ring|nearby|rival|competing) (?:\w+ )?(?:restaurants?|places?|shops?|tenants?|stores?|owners?|"
            r"locations?|branch(?:es)?|pizzerias?|cafes?|bars?)\b"
            r"|\bcompetitors?\b|\bcompetition\b|\brivals?\b|\bnext door\b|\bacross the (?:street|road)\b|\bdown the (?:street|road)\b"
            r"|\btenants?\b|\btenant id\b|\brestaurant id\b|\b(?:all|every|each|both) (?:of )?(?:the |your )?(?:restaurants?|tenants|owners|clients)\b"
            r"|\b(?:switch|change|log ?in|sign ?in) (?:me )?(?:to|as|into) \w+"
            r"|\b(?:trattoria|pizzeria|bistro|brasserie|ristorante|osteria|steakhouse|taqueria|gastropub|eatery)\b|\bacross town\b"
            r"|\b(?:industry|market) (?:average|share|benchmark)\b|\bbenchmarks?\b|\bmcdonalds?\b|\bstarbucks\b|\bdominos?\b",
            _OTHERS,
        ),
        (
            r"\b(?:poem|haiku|joke|song|story|essay|limerick|lyrics|recipe|translate|translation)\b|\bcapital (?:city )?of\b"
            r"|\b(?:president|prime minister|king|queen|chancellor|mayor|senator) of\b|\bpopulation of\b|\bworld cup\b|\belection\b"
            r"|\b(?:bitcoin|crypto\w*|stock market|share price|exchange rate)\b|\bmeaning of life\b|\bwho (?:won|wrote|invented|discovered)\b"
            r"|\b(?:news|football|premier league|super bowl|movie|film)\b|\bare you (?:an? )?(?:ai|human|robot|bot|real|chatgpt|nova)\b",
            OWN_ONLY,
        ),
    )
)  # fmt: skip

UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)


def _lacks(what: str) -> str:
    return f"I cannot answer that: {what}."


MISSING: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), sentence)
    for pattern, sentence in (
        (r"why|how come|what caused|what is causing|reasons?|explains?|because of what|what drove|what is driving", WHY),
        (
            r"should (?:we|i)|(?:what|how) can (?:we|i)|how (?:do|could|would|to) (?:we |i )?(?:improve|increase|boost|grow|raise|get more|make more|sell more)"
            r"|advice|advise|recommend\w*|suggest(?:ion|ions|ed)?|worth (?:it|opening|adding|keeping)|strategy|improve (?:our )?(?:sales|revenue)",
            "I cannot give advice: I can only tell you what the sales and orders show.",
        ),
        (
            r"profit\w*|margins?|mark ?ups?|(?:food |labou?r |running |operating )?costs?|costing|expenses?|overheads?|ebitda|cogs|break ?even"
            r"|in the black|in the red|losses|did we lose|are we losing|lost money|rent|bills to pay|cash ?flow|bank balance|loan",
            _lacks("profit, margins and costs are not in the data I can see, only sales and orders"),
        ),
        (
            r"staff\w*|employees?|waiters?|waitress(?:es)?|bartenders?|chefs?|cooks?|managers?|wages?|payroll|labou?r|salar(?:y|ies)|rotas?|shifts worked"
            r"|team members?|cashiers?|drivers?|servers?|n_\d+ did (?!we|you|i|it|they|he|she)[a-z]+ (?:sell|serve)|who (?:sold|served|worked|took|rang|was on)",
            _lacks("staff, and who sold or served what, are not in the data I can see"),
        ),
        (
            r"(?:customers?|guests?|diners?|clients?) (?:names?|emails?|phone\w*|address\w*|list|details|ages?|retention|loyalty|satisfaction)"
            r"|(?:new|returning|repeat|regular|loyal|best|biggest|top|which|unique) (?:customers?|guests?|diners?|clients?|regulars)|regulars|loyal\w*"
            r"|names? of (?:the |our )?(?:customers?|guests?)|who (?:bought|ordered|ate|came|spent|placed|cancelled|is our|are our|was the)|whose"
            r"|(?:age|gender|demographics?)(?: of)?",
            _lacks("who the customers are is not in the data I can see"),
        ),
        (
            r"weather|rain\w*|snow\w*|sunny|sunshine|storms?|temperature|heat ?wave|hot day|cold day",
            _lacks("the weather is not in the data I can see"),
        ),
        (
            r"forecast\w*|predict\w*|projection|projected|expect\w*|going to (?:be|make|do|have|hit|sell|earn|take)|will|on track|targets?|goals?|budget\w*"
            r"|if we (?:raise|lower|increase|cut|open|close)|estimate for",
            FORECAST,
        ),
        (
            r"hours?|hourly|what time|time of day|times of day|o clock|\d+ ?(?:am|pm)|mornings?|afternoons?|evenings?|midday|noon|midnight|late night"
            r"|(?:lunch|dinner|breakfast|brunch) ?(?:time|service|rush|trade|shift|sales|vs|or|versus|and dinner)|(?:at|during|over|for) (?:lunch|dinner|breakfast|brunch)"
            r"|(?:busiest|peak|quietest|rush) times?|rush hour|services? (?:period|time)",
            _lacks("I have sales by day, and not by hour or time of day"),
        ),
        (
            r"tips?|gratuit(?:y|ies)|service charges?|tax(?:es)?|vat|gst|paid (?:in|by|with)|(?:by|in|with|on) (?:cash|card|credit)|card payments?"
            r"|cash (?:payments?|sales)|cash or card|contactless|payment (?:methods?|types?)|apple pay|discounts?|vouchers?|promo\w*|coupons?|gift cards?|comps",
            _lacks("tips, taxes, discounts and how orders were paid are not in the data I can see"),
        ),
        (
            r"deliver(?:y|ies|ed|oo)|uber ?eats|door ?dash|just ?eat|grub ?hub|dine[ -]?in|eat[ -]?in|online orders?|walk ?ins?|website|in person|channels?",
            _lacks("how an order was placed or handed over is not in the data I can see"),
        ),
        (
            r"stock|inventory|ingredients?|suppliers?|wast(?:e|age|ed)|calories|allergens?|gluten|shelf life|in the fridge|run out of",
            _lacks("stock, ingredients and suppliers are not in the data I can see"),
        ),
        (
            r"reviews?|ratings?|stars?|complaints?|feedback|instagram|facebook|google|tripadvisor|yelp|social media|marketing|ads|advert\w*",
            _lacks("reviews, complaints and marketing are not in the data I can see"),
        ),
        (
            r"bookings?|reservations?|no shows?|tables?|seats?|waiting time|wait times?|turn ?around|opening times?|opening hours|square (?:foot|feet|metre\w*)",
            _lacks("tables, bookings and waiting times are not in the data I can see"),
        ),
        (
            r"(?:how much (?:is|are|does|do)) (?:a|an|the|our|we charge for)?.{0,40}\b(?:cost|charge|priced?)|how much (?:is|are|for) (?:(?:a|an|1|one) |(?:the |our )?n_\d)"
            r"|expensive(?! (?:single )?(?:orders?|tickets?|bills?))|cheap(?:est|er)?(?! (?:orders?|tickets?|bills?))|prices?|priced|pricing|charge for",
            _lacks("menu prices are not in the data I can see, only what was sold"),
        ),
        (r"(?:how many|number of|count of) (?:different|distinct|unique|separate) \w+", _lacks("I can rank what sold, but not count how many different things there are")),
        (
            r"good or bad|is (?:that|this|it) (?:good|bad|normal|ok|okay|usual|enough|a lot|healthy)|was (?:that|it) (?:good|bad|normal)|happy with",
            "I cannot judge that for you, but I can compare it with another day or range.",
        ),
    )
)  # fmt: skip


def refusal(typed: str, text: str) -> str | None:
    """typed: the question as it came; text: its regular form, with the data's own names taken out."""
    if UUID.search(typed):
        return _OTHERS
    return next((sentence for pattern, sentence in REFUSED if pattern.search(text)), None)


def missing(text: str) -> str | None:
    return next((sentence for pattern, sentence in MISSING if pattern.search(text)), None)
