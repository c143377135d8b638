"""Short Python programs that print one line each."""

from collections.abc import Callable
from random import Random

from suites.generators import programs
from suites.generators.words import LONG_WORDS, SHORT_WORDS

Snippet = Callable[[Random, int], str]


def counting_loop(rng: Random, level: int) -> str:
    start, stop, step = rng.randrange(0, 5), rng.randrange(6, 15), rng.randrange(2, 4)
    span = (f"{stop}", f"{start}, {stop}", f"{start}, {stop * 2}, {step}")[level]
    rule = (
        "total += i",
        f"total += i if i % {step} else 1",
        f"total = total * 2 - i if i % {step + 1} == 0 else total + i",
    )[level]
    return f"""
total = 0
for i in range({span}):
    {rule}
print(total)
"""


def while_loop(rng: Random, level: int) -> str:
    start, limit, factor = rng.randrange(1, 6), rng.randrange(30, 300), rng.randrange(2, 4)
    extra = (
        "",
        f"    if n % 2 == 0:\n        n += {factor + 1}\n",
        f"    if n % 3 == 1:\n        n += {factor}\n        continue\n",
    )[level]
    counts = "    steps += 1\n"
    return f"""
n, steps = {start}, 0
while n < {limit}:
{counts}{extra}    n = n * {factor} + 1
print(n, steps)
"""


def slices(rng: Random, level: int) -> str:
    word = rng.choice(LONG_WORDS)
    a, b = sorted(rng.sample(range(1, len(word)), 2))
    cut = (f"word[{a - 1}:{b}]", f"word[-{b}:-{a}]", f"word[{b}:{a - 1}:-1] + word[::{rng.randrange(2, 4)}]")[
        level
    ]
    if level == 1 and rng.randrange(2):
        cut = f"word[{a - 1}::2]"
    return f"""
word = "{word}"
print({cut})
"""


def list_methods(rng: Random, level: int) -> str:
    numbers = [rng.randrange(1, 20) for _ in range(4)]
    calls = [
        f"items.append({rng.randrange(1, 20)})",
        f"items.insert({rng.randrange(0, 3)}, {rng.randrange(1, 20)})",
        "items.pop()",
        f"items.pop({rng.randrange(0, 2)})",
        "items.reverse()",
        "items.sort()",
        f"items.extend([{rng.randrange(1, 9)}, {rng.randrange(1, 9)}])",
        "items = items[1:] + items[:1]",
    ]
    chosen = "\n".join(rng.sample(calls, (1, 3, 5)[level]))
    return f"""
items = {numbers}
{chosen}
print(items)
"""


def comprehension(rng: Random, level: int) -> str:
    high, by, plus = rng.randrange(6, 12), rng.randrange(2, 5), rng.randrange(1, 6)
    expressions = (
        f"[n * {by} for n in range({high // 2})]",
        f"[n * n - {plus} for n in range({high}) if n % {by} == 0]",
        f"[(a, b) for a in range({by}) for b in range(a, {by + 1}) if (a + b) % 2 == {plus % 2}]",
    )
    return f"print({expressions[level]})"


def dictionary_counts(rng: Random, level: int) -> str:
    letters = [rng.choice("abc" if level == 0 else "abcde") for _ in range((5, 8, 10)[level])]
    asked = rng.choice(letters)
    last = (
        f"counts['{asked}']",
        "sorted(counts.items())",
        "max(counts, key=lambda key: (counts[key], key)), len(counts)",
    )[level]
    return f"""
counts = {{}}
for letter in "{"".join(letters)}":
    counts[letter] = counts.get(letter, 0) + 1
print({last})
"""


def branches(rng: Random, level: int) -> str:
    x, y, a, b = rng.randrange(1, 30), rng.randrange(1, 30), rng.randrange(5, 25), rng.randrange(5, 25)
    words = rng.sample(SHORT_WORDS, 4)
    if level == 0:
        return f"""
x = {x}
if x > {a}:
    print("{words[0]}")
elif x == {a}:
    print("{words[1]}")
else:
    print("{words[2]}")
"""
    test = (f"x > {a} and y > {b}", f"not (x > {a} or y < {b}) or x == y")[level - 1]
    return f"""
x, y = {x}, {y}
if {test}:
    answer = "{words[0]}"
elif x % {rng.randrange(2, 5)} == 0:
    answer = "{words[1]}" if x < y else "{words[2]}"
else:
    answer = "{words[3]}"
print(answer)
"""


def integer_division(rng: Random, level: int) -> str:
    a, b = rng.randrange(10, 99), rng.randrange(3, 10)
    shown = (
        f"{a} // {b}, {a} % {b}",
        f"{a} // {b} * {b} + {a} % {b}, {a} / {2 ** rng.randrange(1, 3)}",
        f"-{a} // {b}, -{a} % {b}, {a} % -{b}",
    )[level]
    return f"print({shown})"


def text_methods(rng: Random, level: int) -> str:
    words = rng.sample(SHORT_WORDS, 3)
    text = " ".join(words)
    old, new = rng.choice(text.replace(" ", "")), rng.choice("kvxz")
    calls = (
        rng.choice((".upper()", ".split()[1]", f".replace('{old}', '{new}')", ".title()")),
        rng.choice(
            (
                f".replace('{old}', '{new}').split()",
                ".title().swapcase()",
                f".split('{old}')",
                ".partition(' ')[2].upper()",
            )
        ),
        rng.choice(
            (
                f".split('{old}')[::-1]",
                f".title().replace(' ', '').find('{words[2][0].upper()}')",
                f".strip('{words[0][0]}{words[2][-1]}').split()[-1][::-1]",
            )
        ),
    )
    return f"""
text = "{text}"
print(text{calls[level]})
"""


def joining(rng: Random, level: int) -> str:
    words = rng.sample(SHORT_WORDS, 4)
    parts = (
        "'-'.join(words)",
        "'/'.join(word[:2] for word in words)",
        "','.join(f'{len(word)}{word[-1]}' for word in words if len(word) % 2)"
        if any(len(word) % 2 for word in words)
        else "','.join(sorted(word[-1] for word in words))",
    )
    return (
        f"""
words = {words[: 2 + level]}
print({parts[level]})
"""
        if level < 2
        else f"""
words = {words}
print({parts[2]})
"""
    )


def formatting(rng: Random, level: int) -> str:
    number, whole = rng.randrange(100, 9_999) / 100, rng.randrange(3, 2_000)
    spec = ("{n:.1f}|{k:05d}", "{n:.0f}|{k:,}|{k:>6}|", "{k:+}|{k:^9}|{k:x}|{n:08.3f}")[level]
    if round(number * 100) % 10 == 5 or round(number * 100) % 100 == 50:
        number += 0.01  # how a half is rounded depends on its binary form
    return f"""
n, k = {number:.2f}, {whole}
print(f"{spec}")
"""


def sorting(rng: Random, level: int) -> str:
    words = rng.sample(SHORT_WORDS, (3, 4, 5)[level])
    how = (
        ("sorted(words)", "sorted(words, reverse=True)"),
        (
            "sorted(words, key=len)",
            "sorted(words, key=lambda word: word[-1])",
            "sorted(words, key=lambda word: word[1])",
        ),
        (
            "sorted(words, key=lambda word: (-len(word), word))",
            "sorted(words, key=lambda word: (word.count('e'), word[::-1]))[1:4]",
        ),
    )
    return f"""
words = {words}
print({rng.choice(how[level])})
"""


def sets(rng: Random, level: int) -> str:
    one, two = (sorted({rng.randrange(1, 15) for _ in range(5)}) for _ in range(2))
    shown = ("sorted(a & b)", "sorted(a - b), len(a | b)", "sorted(a ^ b), a <= (a | b), max(a) in b")[level]
    return f"""
a = set({one})
b = set({two})
print({shown})
"""


def pairs(rng: Random, level: int) -> str:
    numbers = [rng.randrange(1, 12) for _ in range(4)]
    words = rng.sample(SHORT_WORDS, 3)
    if level == 0:
        return f"""
for index, word in enumerate({words}):
    if index == {rng.randrange(3)}:
        print(index, word)
"""
    if level == 1:
        return f"""
pairs = dict(zip({words}, {numbers}))
pairs["{rng.choice(words)}"] += {rng.randrange(1, 9)}
print(pairs)
"""
    return f"""
numbers = {numbers}
print([a * b - i for i, (a, b) in enumerate(zip(numbers, numbers[1:]), start={rng.randrange(1, 4)})])
"""


def unpacking(rng: Random, level: int) -> str:
    numbers = [rng.randrange(1, 30) for _ in range(5)]
    if level == 0:
        return f"""
a, b = {numbers[0]}, {numbers[1]}
a, b = b, a
print(a - b)
"""
    if level == 1:
        return f"""
first, *middle, last = {numbers}
print(middle, first + last)
"""
    return f"""
a, b, c = {numbers[:3]}
a, b, c = c + b, a, a - c
(a, *rest), c = [a, b, c], b
print(a, rest, c)
"""


SNIPPETS: tuple[Snippet, ...] = (
    counting_loop, while_loop, slices, list_methods, comprehension, dictionary_counts, branches, integer_division,
    text_methods, joining, formatting, sorting, sets, pairs, unpacking, *programs.SNIPPETS,
)  # fmt: skip
