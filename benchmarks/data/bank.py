"""Questions and answers that are sound: no two alike, several languages, nothing private, nothing cut off."""

from dataclasses import dataclass

_TEXTS = r"""
How long do I boil an egg so that the yolk stays soft? | Six minutes in boiling water, then two in cold water.
Why does bread need salt? | Salt slows the yeast down, tightens the gluten and gives the crumb its flavour.
What is the difference between stock and broth? | Stock is made from bones and sets when cold; broth is made from meat.
Can I freeze cooked rice? | Yes. Cool it within an hour, freeze it flat in bags and reheat it until it steams.
My sourdough is flat. What went wrong? | It was probably left to rise too long: the gluten gave way before the oven.
Which apple is best for a pie? | A sour and firm one such as Bramley or Granny Smith, as it keeps its shape.
What is 17 times 23? | 17 × 23 = 391.
Solve 3x + 7 = 25. | Subtract 7 on both sides, 3x = 18, so x = 6.
How many minutes are there in a leap year? | 366 days × 24 hours × 60 minutes = 527,040 minutes.
Is 221 a prime number? | No: 221 = 13 × 17.
What is the area of a circle with a radius of 4 cm? | π × 4² = 16π, about 50.3 square centimetres.
Round 2.71828 to three decimals. | 2.718.
Write a Python function that reverses a string. | ```python\ndef reverse(text: str) -> str:\n    return text[::-1]\n```
How do I list hidden files in a shell? | Run `ls -a`; names that start with a dot are shown as well.
What does `git stash` do? | It puts your uncommitted changes aside, so that the working tree is clean again.
Explain a race condition in one sentence. | Two threads touch the same data and the result depends on who comes first.
How can I count rows in SQL? | `SELECT count(*) FROM orders;` counts all rows of the table.
What is a pure function? | A function whose result depends on its arguments only and which changes nothing else.
What is the capital of Mongolia? | Ulaanbaatar.
Which river flows through Budapest? | The Danube; it separates Buda from Pest.
Name the longest mountain range on land. | The Andes, about 7,000 kilometres from Venezuela to Patagonia.
Which countries border Laos? | China, Vietnam, Cambodia, Thailand and Myanmar.
Where is the Atacama desert? | In the north of Chile, between the Pacific and the Andes.
Why is the Dead Sea so salty? | Water flows in but not out; it evaporates and leaves its salt behind.
When was the printing press invented in Europe? | Around 1440, by Johannes Gutenberg in Mainz.
Who wrote Don Quixote? | Miguel de Cervantes; the first part appeared in 1605.
What ended the Bronze Age? | Nobody knows for certain: drought, migration and broken trade are all named.
What was the Silk Road? | A net of trade routes between China and the Mediterranean, not one single road.
Who painted Las Meninas? | Diego Velázquez, in 1656; it hangs in the Prado.
Why did Rome build aqueducts? | To bring clean spring water to baths, fountains and houses by gravity alone.
My invoice shows the wrong address. | I am sorry. Open Settings, then Billing, change the address and reissue it.
The app crashes when I open the camera. | Please update to version 8.2; it fixes a crash in the camera view.
How do I export all my notes? | Choose File, Export, All notes. You get a zip file with one Markdown file for each.
Can I use two accounts on one phone? | You can: hold the avatar for a second and add the other account.
The sync has been stuck since this morning. | Sign out and in again. If it still hangs, send us the log.
Do you offer a discount for schools? | Schools pay half the price; write from your school address to get the code.
Summarise: The meeting moved from Monday to Thursday as two people are ill. | Illness moves the meeting to Thursday.
Make this polite: Send me the file now. | Could you please send me the file when you have a moment?
Give me three synonyms for rapid. | Quick, swift and brisk.
Turn this into passive voice: The cat chased the mouse. | The mouse was chased by the cat.
Write a haiku about autumn rain. | Rain on copper leaves,\nthe path forgets where it went.\nA crow shakes its coat.
Extract the date: We shall meet on the third of May 2031. | {"date": "2031-05-03"}
What should I pack for a weekend in the mountains? | A rain jacket, warm layers, boots, water, a map and some chocolate.
How do I keep a basil plant alive? | Give it light, water it from below and cut the tips before it flowers.
Why do cats purr? | Mostly when they are content, but also to calm themselves when they are hurt.
How often should I change the strings of a guitar? | Every three months if you play daily, or when they sound dull.
What makes the sky blue? | Air scatters short waves more than long ones, so blue light reaches us from everywhere.
How far away is the Moon? | On average 384,400 kilometres, a little more than a light second.
Wie spät ist es in Tokio, wenn es in Berlin zwölf Uhr mittags ist? | Im Winter zwanzig Uhr, im Sommer neunzehn Uhr.
Was bedeutet das Wort „Feierabend“? | Das Ende der täglichen Arbeit und die freie Zeit danach.
Quelle est la différence entre « savoir » et « connaître » ? | « Savoir » pour un fait, « connaître » pour une personne.
Comment faire une vinaigrette simple ? | Trois cuillères d'huile, une de vinaigre, du sel, et un peu de moutarde.
¿Cómo se dice «window» en español? | Se dice «ventana».
¿Por qué flotan los barcos de acero? | Porque desplazan un peso de agua igual al suyo.
日本で一番高い山は何ですか。 | 富士山です。高さは三千七百七十六メートルです。
请用一句话解释什么是光合作用。 | 植物利用阳光把水和二氧化碳变成糖和氧气。
Какая планета самая большая в Солнечной системе? | Юпитер, газовый гигант.
ما هي عاصمة الأردن؟ | عاصمة الأردن هي عمّان.
भारत का राष्ट्रीय पक्षी कौन सा है? | भारत का राष्ट्रीय पक्षी मोर है।
세종대왕은 무엇을 만들었나요? | 세종대왕은 1443년에 한글을 만들었습니다.
Suggest a name for a café beside a railway station. | Platform Nine and a Half Beans 🚂☕
Is it rude to be late for dinner in Sweden? | Yes, people expect you on the minute; wait outside rather than come early.
Why do we have leap seconds? | The turning of the Earth is not quite even, and clocks are kept in step with it.
How does a vaccine work? | It shows the immune system a harmless piece of a germ, which it then remembers.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question and its answer."""

    question: str
    answer: str


def _read() -> tuple[Pair, ...]:
    lines = (line.split(" | ") for line in _TEXTS.strip().splitlines())
    return tuple(Pair(question, answer.replace("\\n", "\n")) for question, answer in lines)


PAIRS = _read()
ROWS = 60
"""Clean rows in a file; the pairs after them stay free for what a case adds."""

LONG_QUESTION = (
    "I inherited an old oak table with water rings, two deep scratches and a wobbling leg, and I should like "
    "to use it in the kitchen again before my parents visit in three weeks; I have sandpaper, linseed oil, "
    "wood glue and clamps, but no workshop and hardly any experience. What would you do first, and what should "
    "I leave to a carpenter?"
)
LONG_ANSWER = (
    "Start with the leg: take it off, scrape the old glue out of the joint, glue it again and leave the clamps "
    "on for a whole day. Then sand the top along the grain, first with 120 and then with 240, until the rings "
    "are gone. Fill the deep scratches with a mixture of fine dust and glue, wait for a night and sand once "
    "more. Rub the oil in thinly, wipe off what is left after twenty minutes, and repeat that on three "
    "evenings. A carpenter is worth the money only if the top is warped or the joint is broken."
)
