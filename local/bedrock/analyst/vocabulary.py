"""The words that the analyst knows, as tables.

KNOWN words are never mended and typing errors are mended towards them; FOOD words are left alone, because "pasta"
is not a misspelt "past". FILLER words carry nothing: what is left of a question without them is the name of
something.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

SHORT_FORMS = {
    **{month[:3]: month for month in MONTHS if month != "may"},
    "sept": "september",
    "mon": "monday",
    "tue": "tuesday",
    "tues": "tuesday",
    "wed": "wednesday",
    "weds": "wednesday",
    "thu": "thursday",
    "thur": "thursday",
    "thurs": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
    "mons": "mondays",
    "fris": "fridays",
    "sats": "saturdays",
    "suns": "sundays",
    "yday": "yesterday",
    "yest": "yesterday",
    "ystd": "yesterday",
    "ytday": "yesterday",
    "yesterdays": "yesterday",
    "todays": "today",
    "tday": "today",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tmw": "tomorrow",
    "tomo": "tomorrow",
    "wk": "week",
    "wks": "weeks",
    "wkend": "weekend",
    "mth": "month",
    "mnth": "month",
    "mths": "months",
    "yr": "year",
    "yrs": "years",
    "qtr": "quarter",
    "prev": "previous",
    "avg": "average",
    "av": "average",
    "ave": "average",
    "rev": "revenue",
    "revs": "revenue",
    "qty": "quantity",
    "pct": "percent",
    "perc": "percent",
    "pc": "percent",
    "diff": "difference",
    "cf": "compare",
    "wat": "what",
    "wht": "what",
    "waht": "what",
    "whats": "what is",
    "hows": "how is",
    "hw": "how",
    "hwo": "how",
    "howd": "how did",
    "wheres": "where is",
    "whos": "who is",
    "teh": "the",
    "hte": "the",
    "mke": "make",
    "mch": "much",
    "weak": "week",
    "lst": "last",
    "lats": "last",
    "plz": "please",
    "pls": "please",
    "thx": "thanks",
    "ty": "thanks",
    "ta": "thanks",
    "cheers": "thanks",
    "dont": "do not",
    "didnt": "did not",
    "doesnt": "does not",
    "isnt": "is not",
    "wasnt": "was not",
    "arent": "are not",
    "cant": "can not",
    "cannot": "can not",
    "wont": "will not",
    "whilst": "while",
    "cancelations": "cancelled",
    "vs": "vs",
    "v": "vs",
    "w": "with",
    "u": "you",
    "r": "are",
    "n": "and",
    "nd": "and",
    "quid": "pounds",
    "bucks": "dollars",
    "usd": "dollars",
}

NUMBERS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "fourteen": "14",
    "fifteen": "15",
    "twenty": "20",
    "thirty": "30",
    "sixty": "60",
    "ninety": "90",
    "couple": "2",
    "few": "3",
}

FILLER = _words(
    """ a about above across actually after again ah all along already alright also although altogether am among
    amount an and another answer any anybody anyone anything approx approximately are around as asap at ate bad be
    been before being below between both bought break breakdown bring brings broke broken brought btw business but
    buy by came can cash check come comes coming cool could count curious currently daily data date dates day days
    dear detail details did display do does doing done door doors down drank drink during each earn earned earning
    earns eat eaten else entire er erm ever every everyone everything exactly far fetch figure figures find fine
    flew fly folks for from full fyi generate generated get give go goes going gone gonna good got great guys had
    happen happened happening has have having he hello her here hey hi his hiya hmm house how hows i if in instead
    into is it it'd item items its joint just kind kindly know let lets like list lol look looked looking looks
    lovely made make makes making many mate may me menu might mine money month monthly months morning move moved
    moves much my need nice no not nothing now number numbers of off oh ok okay on one ones only onto or order
    ordered ordering orders other our ours out over overall overview own pal pcs per perfect perform performance
    performed performing period piece pieces place please plus popular portion portions print pull pulled quantity
    question quick quickly rank ranked ranking rake raked rang range read really reckon report restaurant result
    results revenue right ring roughly run rung running runs said sale sales same say says see sell selling sells
    serve served shall she shift shifted shop show since so sold some somebody something sort split state statistics
    stats still store stuff sum summary sure take taken takes taking tell terms than thank thanks that the their
    them then there these they thing things think thinking this those though thought through till tills time times
    to too took total totals trade trading turn turned uh um under units until up us value wanna want was way we
    week weekly weeks well went were what whats when where which whole with within wonder wondering word words work
    worked working works worth would yeah year years yep yes yet yo you your yours
    """
)

TOPIC = _words(
    """ after against ago amount annual annually april august average averages basket beat beats because before best
    bestseller bestsellers better between biggest bottom boxing break breakdown busiest cancel canceled cancellation
    cancellations cancelled cancels categories category change changed christmas compare compared comparing
    comparison cost costs count cover covers current customer customers daily date dates day days december decrease
    decreased difference dish dishes drop dropped earlier earned earning earnings easter employee employees expect
    expenses february fewest first forecast fortnight fourth fraction friday fridays grew gross grow growing growth
    guest guests half halloween hello help higher highest ignore income increase increased instead instructions item
    items january july june labor labour largest last later latest least list lower lowest made make many march
    margin margins mean median menu monday mondays money month monthly months most much net newest next normal
    normally november number october order ordered orders part past percent percentage perform performance performed
    please popular predict prediction previous prior product products profit projected prompt proportion quantity
    quarter quarterly quarters quietest reason receipt receipts recent recently refund refunded refunding refunds
    revenue sale sales saturday saturdays second sell seller sellers selling sells september server share shares
    show since slice slowest smallest sold spend spending spent split staff strongest sunday sundays system taken
    takes taking takings than thanks thanksgiving third this through thursday thursdays ticket tickets today
    tomorrow tonight top total totals transaction transactions tuesday tuesdays turnover typical typically unpopular
    until usual usually valentine value versus wages waiter waitress weakest weather wednesday wednesdays week
    weekday weekdays weekend weekends weekly weeks what when where which why worse worst year yearly years yesterday
    """
)

FOOD = _words(
    """
    ale ales apple bacon bagel bagels balti banana bao basil bean beans beef beer beers beet beets berry bhaji
    bhajis biryani bottle bottles bowl bowls box boxes bread breads breakfast brownie brownies brunch bun buns
    burger burgers burrito burritos cake cakes carbonara chapati cheese cherry chicken chili chilli chips chop chops
    chutney cider classic cocktail cocktails coffee coffees coke cokes cola combo combos cookie cookies corn crepe
    crepes crisps curries curry delivery deluxe dessert desserts dinner dip dips double drink drinks duck dumpling
    dumplings egg eggs falafel falfel fish fries garlic gelato gin glass gyro gyros ham hawaiian honey house hummus
    juice juices kebab kebabs kids korma lager lagers lamb large lasagna lasagne latte lattes leek leeks lemon
    lemonade lime liver lunch madras main mains mango margarita margherita masala mash mayo meal meals meat meats
    medium mezze milk mint mocha mousse muffin muffins mushroom mushrooms naan naans noodle noodles nuts olive
    olives onion onions orange pancake pancakes papadum papadums pasta pastas peach peas pepperoni pho pickle
    pickles pie pies pilau pint pints pita pitta pizza pizzas platter platters pork potato potatoes prawn prawns
    ramen red regular rib ribs rice roast roasts roll rolls rose rum salad salads samosa samosas sandwich sandwiches
    sauce sauces sausage sausages set shake shakes shank shanks side sides single small soda sodas sorbet soup soups
    sparkling special specials spicy spring starter starters steak steaks still stout summer sundae sundaes supper
    supreme sushi taco tacos takeaway takeaways takeout tart tarts tea teas tikka tiramisu toast toasts tofu tomato
    tomatoes triple turkey veal vegan vegetarian veggie vindaloo vodka waffle waffles water whiskey whisky white
    wine wines wing wings wrap wraps wurst
    """
)

# Ordinary words that stand a slip away from one of the above and are none.
PLAIN = _words(
    """
    alter answered bears beast beta casts cautious chance channels charge charged coding competing court currency
    customary dated detailed different displayed earliest easier employer evenings expense expert failures forth
    function generator grossing grown guess instruction kitchen late latter layer lease liter masking match meant
    media monkey noticing offering older party past paste position produced producer production projects promotion
    protected resort rounding saves scale scales send sending shape shapes sharp shown solid speaking speed spell
    spelling spend spit spreading stale standing stronger talking taxes thorough token trailing training transition
    translation treating vague valued waited weaker worker writer
    """
)

KNOWN = PLAIN | TOPIC | FILLER | FOOD | frozenset(SHORT_FORMS) | frozenset(NUMBERS)
