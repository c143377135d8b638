"""Instruction following: tasks with demands on the form of the answer that a program can check."""

from random import Random

from suites.generators import directions
from suites.generators.growing import Item, Suite, Template

TASKS = (
    "Describe a harbour in the early morning.",
    "Explain what a bank does.",
    "Give some advice to somebody who cannot sleep.",
    "Tell a story about a lost umbrella.",
    "Explain why bread rises.",
    "Describe how to plant a tree.",
    "Write a note to a neighbour whose music is too loud.",
    "Say what makes a good teacher.",
    "Explain what a map is for.",
    "Describe your idea of a perfect breakfast.",
    "Write an advertisement for an old bicycle.",
    "Explain how a lock on a canal works.",
    "Invite somebody to a garden party.",
    "Describe the sound of rain on a roof.",
    "Say what one should pack for a week by the sea.",
    "Explain to a child why the moon changes its shape.",
    "Write about a town where nobody owns a clock.",
    "Describe how to clean a window.",
    "Give reasons for and against living in a village.",
    "Congratulate a friend who has passed an examination.",
    "Explain what happens when water boils.",
    "Write about a walk through a forest in autumn.",
    "Describe a market to somebody who has never seen one.",
    "Say how one can save energy at home.",
    "Write a short complaint about a late train.",
    "Explain the difference between a lake and a river.",
    "Introduce an imaginary musician.",
    "Describe what you would do with a free afternoon.",
    "Explain what a library is.",
    "Write about a dog that is afraid of the dark.",
)


def _template(kind: directions.Kind) -> Template:
    def ask(rng: Random, level: int) -> Item:
        return directions.gathered(rng, level, kind, TASKS)

    ask.__name__ = kind.__name__
    return ask


SUITE = Suite(
    name="instructions",
    title="Instruction following",
    measures=(
        "Doing what was asked about the form of an answer: its length, lists, paragraphs, first and last words, "
        "words to use and to avoid, letters, capitals, JSON. One demand at easy, two at medium, three or four at "
        "hard. What the answer says about its subject is not looked at."
    ),
    graded=(
        "The score of a sample is the share of its demands that the answer meets (`instructions`); a program "
        "checks each of them, no model does."
    ),
    answers="an answer is a sentence to a page: set `max_tokens` to at least 512.",
    templates=tuple(_template(kind) for kind in directions.KINDS),
    each=12,
    sd=0.31,  # 0.40 for each demand, which move independently: a third of the samples has one, two, and 3.5 of them
    settings={"prompt": "{{ input }}", "primary": "instructions", "graders": ["instructions"]},
)
