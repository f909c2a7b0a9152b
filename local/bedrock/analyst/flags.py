"""The words and phrases that say what a question is about, as one table in the order in which they are looked for.

What matches is taken out of the text, so a longer phrase stands before the words it is made of.
"""

from __future__ import annotations

import re

from .reading import whole_words

FLAGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, whole_words(*patterns))
    for name, *patterns in (
        ("money", r"r[aiu]ng up"),
        ("phrase", r"(?:by |at |until )?(?:the )?(?:end|close|start) of (?:the )?(?:day|play|business)"),
        ("phrase", r"(?:add|end|sum|show|clean|serve|bring|shut|close|cook)(?:s|e?d|ing)? (?:up|down)"),
        (
            "phrase",
            r"(?:(?:over|across|in|of|for) )?(?:all|any|every|each) (?:the |its )?sizes?(?: together| combined)?",
        ),
        (
            "broken_down",
            r"br[eo]ak(?:s|ing|en)? (?:it |that |this |them )?down|broken down|breakdown",
        ),
        (
            "kept_only",
            (
                r"(?:excluding|without|ignoring|minus|except|not counting|not including) (?:any |the |all "
                r")?(?:cancel\w*)(?: ones| orders)?"
            ),
        ),
        (
            "gross",
            r"gross|(?:before|ignoring|including|with) (?:any |the )?refunds",
        ),
        (
            "net",
            r"net(?: of refunds)?|(?:after|less|minus|excluding|without|not counting) (?:any |the )?refunds",
        ),
        (
            "items_per_order",
            (
                r"(?:items?|pieces|dishes|things|products) (?:per|an|a|in (?:an|each)|for each) (?:order|ticket"
                r"|bill|check)"
            ),
        ),
        (
            "average_order",
            r"aov",
            (
                r"(?:average|typical|mean|usual|normal) (?:customer |guest )?(?:order|ticket|check|cheque|bill"
                r"|basket|spend|sale|transaction)(?: value| size| amount| total| spend)?"
            ),
            (
                r"(?:average|typical|mean|usual|normal) (?:value|size|amount|spend|total) (?:of|per|for|on) (?:an "
                r"|each |every |a |the )?(?:order|bill|check|ticket|sale|transaction|customer|head|guest)"
            ),
            r"(?:order|ticket|check|bill|basket) (?:value|size|average)",
            (
                r"(?:spend|spent|revenue|sales|money|takings|value|average) (?:per|an|each|for each|for every) "
                r"(?:order|head|customer|guest|person|ticket|bill|check|cover)"
            ),
            r"per (?:order|head|cover|customer|ticket)",
        ),
        (
            "weekday",
            r"days? (?:of|in) (?:the|a) week|week ?days?|(?:all |any |the )?other (?:week)?days?",
            r"(?:the )?rest of the week",
        ),
        (
            "cancelled",
            r"cancel\w*|void(?:ed|s)?",
        ),
        (
            "refunds",
            r"refund\w*|money back|g[ai]ve back|given back|paid back|returned",
        ),
        (
            "guests",
            r"covers?|customers?|guests?|diners|patrons|people|footfall|visitors|clients|heads|punters",
        ),
        (
            "how_many",
            r"how many|number of|counts?(?: of)?|quantity(?: of)?|how often",
        ),
        (
            "list",
            r"show|list(?: of)?|which|see|display|pull up|what (?=~|cancel|orders?)",
        ),
        (
            "recent",
            r"most recent(?:ly)?|latest|newest|recent(?:ly)?|just come in",
            r"last(?= (?:\d+ |few |~ )?(?:orders?|~|one|ones|tickets?|\d))",
        ),
        (
            "slow",
            r"(?:least|most|less) busy|busiest|slowest|quietest|deadest|calmest",
        ),
        (
            "percent",
            r"(?:as (?:a )?|in )?percent(?:age)?s?(?: terms)?",
        ),
        (
            "share",
            r"shares?(?: of)?|proportion(?: of)?",
            r"(?:what|which|how big a|big a|large a|a|the) (?:part|slice|chunk|portion|fraction|cut)(?: of)?",
            r"how much of|rates?|contribut\w*|makes? up|accounts? for|accounted for|split",
        ),
        (
            "categories",
            (
                r"categor(?:y|ies)|sections?(?: of the menu)?|departments?|(?:type|kind)s? of (?:food|item|dish"
                r"|product)s?"
            ),
            r"product groups?",
        ),
        (
            "bestseller",
            r"best ?sellers?|top ?sellers?|best ?selling|top ?selling|favou?rites?|most popular|sells? (?:the )?best",
            (
                r"selling (?:the )?best|sold (?:the )?best|most sold|most ordered|sells? (?:the )?most|sold "
                r"(?:the )?most"
            ),
            r"ordered (?:the )?most|star (?:dish|item|product)\w*|hits?",
        ),
        (
            "slow_item",
            r"worst ?sellers?|worst ?selling|least popular|unpopular|slow (?:movers?|sellers?|moving)",
            r"sells? (?:the )?(?:least|worst)|selling (?:the )?(?:least|worst|poorly|badly)",
            r"sold (?:the )?(?:least|worst)",
            r"(?:hardly|barely|not|rarely|never) (?:sell\w*|sold|moving|ordered|bought|selling)",
            r"least (?:sold|ordered|selling)|flops?|duds?|do not sell",
        ),
        (
            "bottom",
            r"worst|bottom|least|lowest|smallest|weakest|poorest|fewest|minimum|min",
        ),
        (
            "top",
            r"best|top|most|highest|biggest|largest|strongest|greatest|record|maximum|max|peak|leading|popular",
            r"number 1",
        ),
        (
            "mean",
            r"on average|average[ds]?|mean|typical(?:ly)?|usual(?:ly)?|normal(?:ly)?",
            r"(?:daily|per day|a day|each day|every day) average|(?:per|a) (?:single )?day",
        ),
        (
            "compare",
            r"compar\w*|vs|versus|against|than|beat\w*|growth|gr[eo]w\w*|chang\w*|differ(?:s|ed|ence|ences)?",
            r"up or down|(?:up|down)(?= (?:on|from|by|this|over|or|versus|compared|~|d_))",
            r"(?:we|sales|revenue|takings|orders) (?:are )?(?:up|down)|increas\w*|decreas\w*|drop(?:ped)?|r[io]se",
            r"risen|f[ea]ll(?:en)?|better|worse|stack(?:s|ed)? up|ahead of|behind|outperform\w*|improv\w*|trend\w*",
            (
                r"stronger|weaker|higher|lower|bigger|smaller|busier|quieter|measure up|(?:or|more|less|fewer)(?= "
                r".*\bd_)"
            ),
        ),
        (
            "closed",
            r"(?:were we |we were |we )?(?:closed|shut)|no orders|(?:with )?nothing sold",
        ),
        (
            "items",
            r"items?|dish(?:es)?|products?|sellers?|plates?|menu(?: items?)?|things?|meals?|skus?|movers?|earners?",
        ),
        (
            "pieces",
            r"pieces|units|portions",
        ),
        (
            "daily",
            r"(?:by|per|each|every|for each|for every) (?:the )?day|day by day|daily|days",
        ),
        (
            "weekend",
            r"weekends?",
        ),
        (
            "weekly",
            r"(?:by|per|each|every|for each|a) week|week by week|weekly|weeks?",
        ),
        (
            "monthly",
            r"(?:by|per|each|every|for each|a) month|month by month|monthly|months?",
        ),
        (
            "quarterly",
            r"(?:by|per|each|every|for each|a) quarter|quarter by quarter|quarterly|quarters?",
        ),
        (
            "yearly",
            r"(?:by|per|each|every|for each|a) year|year by year|yearly|annual(?:ly)?|years?",
        ),
        (
            "day",
            r"day|dates?|nights?",
        ),
        (
            "money",
            (
                r"revenue|takings?|turn ?over|turned over|income|earnings?|earn(?:s|ed)?|money|cash|grossing"
                r"|gross(?:ed)?"
            ),
            r"dollars|pounds|euros|made|makes?|making|br(?:ings?|ought) in|bringing in|pull(?:ed|s)? in|took|taken?",
            r"by value|rak(?:ed|es?|ing) in|rung up|ring up",
        ),
        (
            "sales",
            r"sales?",
        ),
        (
            "price",
            r"costs?|prices?",
        ),
        (
            "order",
            r"orders?|tickets?|checks|cheques|bills?|transactions?|receipts?",
        ),
        (
            "sold",
            r"sell(?:s|ing)?|sold|shift(?:ed)?|went out|go(?:es)? out|served?|moved?|ordered|bought|flew",
        ),
        (
            "done",
            (
                r"(?:how|what) (?:\w+ )?(?:we |it |business |things |trade |trading )?(?:did|do|does|doing|done"
                r"|was|is|were|are|has|have|went|go|goes|going|look\w*|perform\w*|been)"
            ),
            r"(?:did|do|does|doing|done|was|is|were|are|going|go|went|looking|looks?|perform\w*)",
        ),
    )
)
