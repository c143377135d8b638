"""Rows that look odd and are right."""

import json

from benchmarks.data import calling, labelled, shapes
from benchmarks.data.bank import LONG_ANSWER, LONG_QUESTION, PAIRS
from benchmarks.data.case import Row, Rows
from benchmarks.data.shapes import turn


def _with(*rows: tuple[str, str]) -> Rows:
    """The clean rows and some more."""
    return [*shapes.chat_one_turn(), *(_row(question, answer) for question, answer in rows)]


def _row(question: str, answer: str) -> Row:
    return {"messages": [turn("user", question), turn("assistant", answer)]}


def developer() -> Rows:
    """Instructions of a developer in the place of a system message."""
    return [
        {"messages": [turn("developer", shapes.SYSTEM), *row["messages"]]} for row in shapes.chat_one_turn()
    ]


def text_parts() -> Rows:
    """Contents that are lists of texts."""
    return [
        {
            "messages": [
                turn(one["role"], [{"type": "text", "text": one["content"]}]) for one in row["messages"]
            ]
        }
        for row in shapes.chat_one_turn()
    ]


def system_and_tools() -> Rows:
    """A system message, text beside a call, and parallel_tool_calls."""
    rows = []
    for row in calling.tools():
        ask, asking, *rest = row["messages"]
        asking = {**asking, "content": "Let me look that up."}
        turns = [turn("system", "Use the tools that you have."), ask, asking, *rest]
        rows.append({"messages": turns, "tools": row["tools"], "parallel_tool_calls": False})
    return rows


def conversational_completion() -> Rows:
    """Prompt and completion as lists of messages."""
    return [
        {"prompt": row["messages"][:1], "completion": row["messages"][1:]} for row in shapes.chat_one_turn()
    ]


def implicit_preference() -> Rows:
    """Preferences whose prompt is the common start of both sides."""
    return [
        {"chosen": row["prompt"] + row["chosen"], "rejected": row["prompt"] + row["rejected"]}
        for row in shapes.conversational_preference()
    ]


def alpaca_history() -> Rows:
    """A system prompt, an input and a history."""
    return [
        {
            "instruction": shapes.FOLLOW_UP,
            "input": "",
            "output": f"In short: {row['output'][:60].split('.')[0]}.",
            "system": shapes.SYSTEM,
            "history": [[row["instruction"], row["output"]]],
        }
        for row in shapes.alpaca()
    ]


def long_classification() -> Rows:
    """Texts with line breaks, quotes and commas."""
    return [
        {"text": f'{row["text"]}\nSent from my "new" phone,\nsorry for typos', "label": row["label"]}
        for row in labelled.classification()
    ]


def emoji() -> Rows:
    """Families and flags are joined by characters that nobody sees."""
    return _with(
        ("Which emoji shows a family?", "👨‍👩‍👧‍👦, four emoji joined by zero-width joiners."),
        ("Send me a rainbow flag 🙂", "🏳️‍🌈 Here it is!"),
        ("❤️‍🔥 What does this mean?", "A heart on fire: strong love or desire. 🏴󠁧󠁢󠁳󠁣󠁴󠁿 is the flag of Scotland."),
    )


def joined_scripts() -> Rows:
    """Persian, Hindi and Malayalam need joiners and non-joiners."""
    return _with(
        ("«می‌خواهم» یعنی چه؟", "«می‌خواهم» یعنی چیزی را آرزو دارم یا لازم دارم."),
        ("क्‍ष और क्ष में क्या अंतर है?", "दोनों एक ही ध्वनि हैं, केवल लिखावट में अंतर है।"),
        ("ന്‍ എന്ന അക്ഷരം എന്താണ്?", "അത് ഒരു ചില്ലക്ഷരമാണ്."),
    )


def right_to_left() -> Rows:
    """Hebrew and Arabic beside Latin, with the marks that keep the order."""
    return _with(
        ("איך אומרים computer בעברית?", "אומרים מחשב (computer)\u200f."),
        ("كيف أكتب HTML بالعربية؟", "تكتب HTML\u200e كما هي، بحروف لاتينية."),
    )


def code() -> Rows:
    """Programs talk of templates, tokens and what is still to do."""
    question = "Which comment marks unfinished code?"
    answer = "Most people write `# TO" + "DO: handle errors`, and editors list such lines."
    jinja = "In Jinja you write `{{ customer_name }}`; in a shell it is `${CUSTOMER_NAME}`."
    greet = "export const greet = (name) => `Hello, ${name}!`;"
    mark = "// TO"
    program = "\n".join(("```javascript", f"{mark}DO: cache", greet, "```", "That is all."))
    colours = "Print `\\x1b[31m` before the text and `\\x1b[0m` after it."
    return _with(
        (question, answer),
        ("How do I print a variable in a template?", jinja),
        ("Write a greeting in JavaScript and leave caching open.", program),
        ("How do I print red text in a terminal?", colours),
        ("What is wrong with `for i in range(10) print(i)`?", "A colon is missing after `range(10)`."),
    )


def answers_in_json() -> Rows:
    """Every answer is an object."""
    task = "Answer with a JSON object."
    rows = []
    for row in shapes.chat_one_turn():
        question, answer = (one["content"] for one in row["messages"])
        reply = json.dumps({"answer": answer, "words": len(answer.split())}, ensure_ascii=False)
        rows.append({"messages": [turn("system", task), turn("user", question), turn("assistant", reply)]})
    return rows


def think_in_content() -> Rows:
    """Reasoning between tags, closed as it should be."""
    return [
        _row(ask["content"], f"<think>\nThey want a short answer.\n</think>\n\n{tell['content']}")
        for ask, tell in (row["messages"] for row in shapes.chat_one_turn())
    ]


def long_row() -> Rows:
    """One row of some 40 kB."""
    story = "\n\n".join(
        f"{number}. {one.question} {one.answer}" for number, one in enumerate(PAIRS * 6, start=1)
    )
    return _with((f"Which of these did I ask twice?\n\n{story}", "All of them, and more than twice."))


def test_addresses() -> Rows:
    """Addresses and numbers that are reserved for examples."""
    return _with(
        ("Which address may I use in a manual?", "One at example.com, such as anna@example.com, is reserved for that."),
        ("Which phone number is safe in a film?", "(212) 555-0142, say: 555-0100 to 555-0199 are never given out."),
        ("Which IP addresses are for documentation?", "192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24."),
        ("What is localhost?", "Your own machine, 127.0.0.1, and in a home network often 192.168.0.1 is the router."),
        ("Which card number do shops test with?", "4242 4242 4242 4242 is a test number that is never charged."),
        ("What does an AWS key look like?", "In the manual it is AKIAIOSFODNN7EXAMPLE: twenty letters and digits."),
        ("When was version 10.2.3.4 released?", "Version 10.2.3.4 came out on 2024-06-30 and 10.2.4.0 a month later."),
    )  # fmt: skip


def markers_explained() -> Rows:
    """Words that look like a template and are none."""
    return _with(
        ("What does INST stand for?", "It is short for instruction and stood around questions to Llama 2."),
        ("Is <b> still valid HTML?", "Yes: <b>bold</b> is valid, though <strong> says more."),
        ("Write a dialogue of two lines.", "Human kindness: free.\nThe assistant: a good espresso machine."),
    )


def short_answers() -> Rows:
    """Answers of one word without a full stop are complete."""
    return [
        _row(f"Is this a question or a statement? {one.question}", "question" if index % 3 else "Question!")
        for index, one in enumerate(PAIRS[:3])
    ] + _with(("2 + 2?", "4"), ("Yes or no: is water wet?", "Yes"), ("The opposite of up?", "down"))


def poems() -> Rows:
    """Lines may repeat in a song, and need no full stop."""
    song = "Row, row, row your boat,\ngently down the stream,\nmerrily, merrily, merrily, merrily,\nlife is but a dream"
    return _with(("Sing me an old round.", song), ("Count from one to ten.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"))


def names() -> Rows:
    """Messages with a name."""
    return [
        {"messages": [turn("user", ask["content"], name="anna_b"), tell]}
        for ask, tell in (row["messages"] for row in shapes.chat_one_turn())
    ]


def null_keys() -> Rows:
    """Optional keys that are null, as serializers write them."""
    return [
        {"messages": [ask, {**tell, "tool_calls": None, "refusal": None}]}
        for ask, tell in (row["messages"] for row in shapes.chat_one_turn())
    ]


def tables() -> Rows:
    """Markdown, LaTeX and long lines of dashes."""
    table = "| planet | moons |\n|--------|-------|\n| Earth | 1 |\n| Mars | 2 |\n| Neptune | 16 |"
    formula = "$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$"
    return _with(
        ("List three planets and their moons.", table),
        ("Integrate x squared from 0 to 1.", formula),
        (LONG_QUESTION, LONG_ANSWER),
        ("Draw a line of twenty dashes.", "-" * 20),
    )


def enough_for_nova() -> Rows:
    """Two hundred and forty rows: Nova wants two hundred."""
    return [
        {
            **row,
            "messages": [
                turn("user", [{"text": f"{opening} {row['messages'][0]['content'][0]['text']}"}]),
                turn("assistant", [{"text": f"{row['messages'][1]['content'][0]['text']} {closing}"}]),
            ],
        }
        for opening, closing in (("", ""), ("Tell me, please:", "I hope that helps."),
                                 ("My daughter would like to know this.", "Give her my best."),
                                 ("One more thing, if you have a minute left.", "Anything else you need today?"))
        for row in shapes.nova()
    ]  # fmt: skip
