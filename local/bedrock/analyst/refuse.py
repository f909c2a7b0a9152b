"""What the analyst will not or cannot answer, as tables: a pattern on the regular form, and one sentence without a
figure.

REFUSED is looked for first and wins over everything. MISSING comes after dates and names were taken out, so that an
item called "Staff Lunch" can be asked about.
"""

from __future__ import annotations

import re

OWN_ONLY = "I can only answer questions about this restaurant's own sales, orders and menu items."
NOT_UNDERSTOOD = (
    "I am not sure what you are asking; I can answer about this restaurant's sales, orders, refunds "
    "and menu items for any "
    "day or range of days, compare two ranges, or look up an order by its number."
)
FUTURE = "That is still in the future, so there is no data for it yet."
WHY = "I cannot tell why: the data says what was sold and when, and not the reasons behind it."
ONE_CURRENCY = "I can only give amounts in this restaurant's own currency."
NOT_BY_AMOUNT = "I can list orders and find the biggest, but not pick them by their amount."
BY_WEEKDAY = "I can set weekdays side by side, or ranges of days, but not the same weekday of two ranges."
FORECAST = "I cannot forecast: I can only tell you what has been sold up to now."
TOO_MANY_AT_ONCE = (
    "That is more than I can work out in one go; please ask for a shorter range or for fewer things at once."
)
NO_RESTAURANT = "I cannot see any restaurant's data with this question, so I have nothing to answer from."

_INSTRUCTIONS = (
    "I cannot show or change my instructions; I can help with this restaurant's sales, orders and menu items."
)
_SQL = (
    "I do not write or run SQL or other code; ask in plain words about this restaurant's sales, orders and menu items."
)
_SECRETS = "I have no passwords, keys or technical settings, only this restaurant's sales, orders and menu items."
_OTHERS = "I can see this restaurant's own numbers and nobody else's."

REFUSED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sentence, re.compile("|".join(patterns)))
    for sentence, *patterns in (
        (
            _INSTRUCTIONS,
            (
                r"\b(?:ignor\w*|disregard\w*|forget\w*|overrid\w*|bypass\w*|skip) (?:\w+ ){0,4}(?:instructions?"
                r"|rules?|prompts?|guidelines|restrictions|constraints|the above|all previous|everything (?:above"
                r"|before|you))\b"
            ),
            (
                r"\b(?:system|hidden|initial|original|secret|developer|starting|base) (?:prompts?|messages?"
                r"|instructions?|rules?)\b"
            ),
            r"\b(?:your|the|these|those|all) (?:\w+ )?(?:prompts?|instructions?|guidelines|directives)\b",
            r"\byour (?:\w+ )?(?:rules|configuration|settings|context window)\b|\binstructions?\b|\bjailbreak\w*",
            r"\bdeveloper mode\b|\bdan mode\b|\bprompt injection\b|\b(?:you are|act) (?:now |as )(?:an?|my|the)\b",
            r"\bpretend (?:to be|that|you)\b|\brole ?play\b",
            (
                r"\b(?:repeat|print|reveal|show|output|echo|recite|copy)\b.{0,40}\b(?:(?:the|everything|text"
                r"|words) above|verbatim|word for word|prompts?)\b"
            ),
            r"\bwhat (?:were|are) you (?:told|instructed|programmed)\b",
        ),
        (
            _SQL,
            r"\bselect\b.{0,200}\bfrom\b|\b(?:drop|alter|truncate|create) (?:table|database|schema|view|role)\b",
            r"\bdelete from\b|\binsert into\b|\bupdate \w+ set\b|\bunion (?:all )?select\b|\bsql\b|\bdatabase\b",
            r"\bpostgres\w*",
            r"\b(?:write|run|execute|give me) (?:a |the |this |me )*(?:query|script|program|code|function)\b",
            r"\bpython\b|\bjavascript\b|\bregex\b|\bschema\b",
        ),
        (
            _SECRETS,
            (
                r"\bpasswords?\b|\bapi keys?\b|\bcredentials?\b|\baccess keys?\b|\benv(?:ironment)? var\w*"
                r"|\bsecret key\b"
            ),
        ),
        (
            _OTHERS,
            (
                r"\b(?:other|another|different|neighbou?ring|nearby|rival|competing) (?:\w+ )?(?:restaurants?"
                r"|places?|shops?|tenants?|stores?|owners?|locations?|branch(?:es)?|pizzerias?|cafes?|bars?)\b"
            ),
            r"\bcompetitors?\b|\bcompetition\b|\brivals?\b|\bnext door\b|\bacross the (?:street|road)\b",
            r"\bdown the (?:street|road)\b|\btenants?\b|\btenant id\b|\brestaurant id\b",
            r"\b(?:all|every|each|both) (?:of )?(?:the |your )?(?:restaurants?|tenants|owners|clients)\b",
            r"\b(?:switch|change|log ?in|sign ?in) (?:me )?(?:to|as|into) \w+",
            r"\b(?:trattoria|pizzeria|bistro|brasserie|ristorante|osteria|steakhouse|taqueria|gastropub|eatery)\b",
            r"\bacross town\b|\b(?:industry|market) (?:average|share|benchmark)\b|\bbenchmarks?\b|\bmcdonalds?\b",
            r"\bstarbucks\b|\bdominos?\b",
        ),
        (
            OWN_ONLY,
            r"\b(?:poem|haiku|joke|song|story|essay|limerick|lyrics|recipe|translate|translation)\b",
            r"\bcapital (?:city )?of\b|\b(?:president|prime minister|king|queen|chancellor|mayor|senator) of\b",
            r"\bpopulation of\b|\bworld cup\b|\belection\b",
            r"\b(?:bitcoin|crypto\w*|stock market|share price|exchange rate)\b|\bmeaning of life\b",
            r"\bwho (?:won|wrote|invented|discovered)\b|\b(?:news|football|premier league|super bowl|movie|film)\b",
            r"\bare you (?:an? )?(?:ai|human|robot|bot|real|chatgpt|nova)\b",
        ),
    )
)

UUID = re.compile(
    r"(?<![0-9a-z])[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE
)


def refusal(typed: str, text: str) -> str | None:
    """typed: the question as it came; text: its regular form, with the data's own names taken out."""
    if UUID.search(typed):
        return _OTHERS
    return next((sentence for sentence, pattern in REFUSED if pattern.search(text)), None)
