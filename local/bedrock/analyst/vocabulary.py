"""The words that the analyst knows, as tables.

KNOWN words are never mended and typing errors are mended towards them; FOOD words are left alone, because "pasta" is not a
misspelt "past". FILLER words carry nothing: what is left of a question without them is the name of something.
"""

from __future__ import annotations

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
    "whats": "what",
    "hows": "how",
    "hw": "how",
    "hwo": "how",
    "howd": "how",
    "wheres": "where",
    "whos": "who",
    "teh": "the",
    "hte": "the",
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

FILLER = frozenset(
    """
a an the this that these those it its they them their there here he she his her
i me my mine we us our ours you your yours everyone anybody
am is are was were be been being do does did done doing have has had having can could would may might
of in on at for from to by with within into onto off out over under about around up down through as per
during until till since between among across along after before
and or but so then than if also too again else though although yet plus
what which when where how whats hows much many
not no yes yeah yep ok okay right well just only really actually please thanks thank hi hello hey dear there hiya morning
show list tell give get got see look looking find pull let lets know need want like say said says state report read bring
brings brought come comes came coming go goes going gone went made make makes making take takes took taken taking do
run runs running check display print out fetch work works worked working happen happened happening turn turned
sell sells selling sold shift shifted move moved moves flew fly order ordered ordering buy bought eat ate eaten drank
drink make earned earn earns earning ring rang rung rake raked pull pulled generate generated serve served
total totals overall altogether whole entire full sum all any some each every both other another same own
amount number numbers figure figures count value worth data stats statistics summary overview breakdown detail details
business trading trade shop store restaurant place door doors till tills house joint
doing performance perform performed performing performing result results look looks looked looking going
currently now still already ever far please kindly quickly quick exactly roughly approximately approx about
day days date dates time times period range year years month months week weeks
good great nice cool bad fine lovely perfect sure really
it'd stuff one ones thing things sort kind
way word words question answer wondering wonder curious tell
daily weekly monthly
popular sales sale revenue money cash orders item items
hmm um uh er erm oh ah right alright
gonna wanna lol btw fyi asap hey yo mate pal guys folks
break broken broke split
anything something everything nothing anyone somebody
instead
menu
shall
think thinking thought
reckon
quantity pieces units portions pcs pieces piece portion times
""".split()
)

TOPIC = frozenset(
    """
yesterday today tonight tomorrow weekend weekends weekday weekdays week weeks month months year years quarter quarters day days
date dates daily weekly monthly yearly annual annually fortnight ago last past previous prior next this current recent recently
latest newest before after since until between through earlier later
christmas halloween thanksgiving valentine boxing easter
first second third fourth half
revenue sales sale takings turnover income earnings money earned earning made make takes taken taking profit
gross net refund refunds refunded refunding cancel cancels cancelled canceled cancellation cancellations
order orders ordered ticket tickets transaction transactions receipt receipts customer customers guest guests covers cover
average averages mean typical typically usual usually normal normally median
total totals number count many much quantity amount value
best worst top bottom highest lowest biggest smallest largest least most fewest busiest slowest quietest strongest weakest
popular unpopular bestseller bestsellers seller sellers selling sells sell sold
item items dish dishes product products category categories menu
compare compared comparing comparison versus against growth grow grew growing change changed difference increase increased
decrease decreased better worse beat beats than drop dropped higher lower
share shares percent percentage proportion part fraction slice
show list which what when where please thanks hello help
breakdown break split
forecast predict prediction expect projected
staff employee employees waiter waitress server wages labour labor cost costs margin margins expenses
weather instructions prompt ignore previous system
why because reason
spent spend spending basket
performance perform performed
instead
monday tuesday wednesday thursday friday saturday sunday
mondays tuesdays wednesdays thursdays fridays saturdays sundays
january february march april june july august september october november december
""".split()
)

FOOD = frozenset(
    """
pasta pastas pizza pizzas soup soups wings wing curry curries sushi roll rolls bread breads beer beers wine wines coffee
coffees cheese chips fries steak steaks mains main meal meals side sides lamb prawn prawns shake shakes latte lattes toast
toasts roast roasts salad salads bean beans meat meats mocha cake cakes rice naan naans tea teas milk egg eggs bacon ham
burger burgers taco tacos burrito burritos wrap wraps sandwich sandwiches bagel bagels muffin muffins cookie cookies brownie
brownies pie pies tart tarts dessert desserts starter starters drink drinks cola cokes coke water juice juices soda sodas
lemonade cocktail cocktails whisky whiskey gin vodka rum cider ale ales lager lagers stout pint pints bottle bottles glass
fish chicken beef pork duck turkey veal liver tofu veggie vegan vegetarian noodle noodles ramen pho dumpling dumplings
spring summer bun buns bao pancake pancakes waffle waffles crepe crepes sauce sauces dip dips chutney pickle pickles
papadum papadums samosa samosas bhaji bhajis korma madras tikka masala balti vindaloo biryani pilau chapati
margherita margarita pepperoni hawaiian lasagne lasagna carbonara tiramisu gelato sorbet sundae sundaes mousse
wurst sausage sausages kebab kebabs falfel falafel hummus mezze gyro gyros pita pitta olive olives nuts crisps
special specials combo combos platter platters box boxes bowl bowls kids set lunch dinner breakfast brunch supper
chop chops ribs rib shank shanks mash peas corn mushroom mushrooms onion onions garlic tomato tomatoes potato potatoes
takeaway takeaways takeout delivery
honey house red white rose sparkling still large small medium regular
apple banana mango lemon lime orange peach cherry berry
spicy classic supreme deluxe double single triple
beet beets leek leeks chili chilli mint basil mayo
""".split()
)

# Ordinary words that stand a slip away from one of the above and are none.
PLAIN = frozenset(
    """
alter answered bears beast beta casts cautious chance channels charge charged coding competing court currency customary dated
detailed different displayed earliest easier employer evenings expense expert failures forth function generator grossing grown
guess instruction kitchen late latter layer lease liter masking match meant media monkey noticing offering older party past
paste position producer produced production projects promotion protected resort rounding saves scale scales send sending shape
shapes sharp shown solid speaking speed spell spelling spend spit spreading stale standing stronger talking taxes thorough
token trailing training transition translation treating vague valued waited weaker worker writer
""".split()
)

KNOWN = PLAIN | TOPIC | FILLER | FOOD | frozenset(SHORT_FORMS) | frozenset(NUMBERS)
