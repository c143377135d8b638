"""Names and things that questions are about."""

NAMES = (
    "Ada", "Bruno", "Chidi", "Dilara", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jana", "Kofi", "Lena",
    "Mateo", "Nadia", "Omar", "Petra", "Quinn", "Rosa", "Sami", "Tilda", "Umar", "Vera", "Wim", "Yara", "Zeno",
)  # fmt: skip
TOWNS = (
    "Alden", "Brackwater", "Corvale", "Dunmere", "Eastwick", "Farrowby", "Glenport", "Harrowgate", "Inverlee",
    "Kestrel Bay", "Larkfield", "Mossbridge", "Northam", "Oakhaven", "Pellworth", "Quarrytown", "Ravensford",
)  # fmt: skip
THINGS = (
    "apples",
    "pencils",
    "stamps",
    "marbles",
    "stickers",
    "postcards",
    "shells",
    "buttons",
    "candles",
    "lemons",
)
COLOURS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple", "brown", "grey")
ANIMALS = ("cat", "dog", "parrot", "rabbit", "turtle", "hamster", "goldfish", "lizard")
SHORT_WORDS = (
    "lamp", "stone", "river", "cloud", "bread", "chair", "tiger", "plant", "green", "smile", "house", "train",
    "candle", "basket", "window", "garden", "bottle", "pocket", "silver", "winter", "mirror", "ladder",
)  # fmt: skip
LONG_WORDS = (
    "adventure", "blackboard", "chocolate", "dictionary", "elephant", "furniture", "government", "helicopter",
    "important", "knowledge", "lighthouse", "mountain", "newspaper", "orchestra", "passenger", "quarterly",
    "restaurant", "saxophone", "telephone", "umbrella", "vegetable", "waterfall", "xylophone", "yesterday",
)  # fmt: skip
RARE_WORDS = (
    "acknowledgement", "biodegradable", "characteristic", "disproportionate", "electromagnetic", "fundamentally",
    "gastronomically", "heterogeneous", "incomprehensible", "kaleidoscopic", "longitudinally", "metamorphosis",
    "nonchalantly", "overwhelmingly", "parallelogram", "questionnaire", "reconnaissance", "straightforward",
    "thermodynamics", "uncharacteristic", "ventriloquist", "whatsoever",
)  # fmt: skip
