"""Short Python programs with functions, classes and what surprises people; they print one line each."""

from random import Random

from suites.generators.words import SHORT_WORDS


def aliases(rng: Random, level: int) -> str:
    a, b, c = (rng.randrange(1, 10) for _ in range(3))
    if level == 0:
        return f"""
first = [{a}, {b}]
second = first
second.append({c})
print(first)
"""
    if level == 1:
        return f"""
first = [{a}, {b}]
second = {rng.choice(("first[:]", "list(first)", "first"))}
second.append({c})
second[0] = {a + 10}
print(first, len(second))
"""
    return f"""
grid = [[{a}] * 2] * 3
grid[1][0] = {b}
copy = [row[:] for row in grid]
copy[2][1] += {c}
{rng.choice(("grid[0] = [0, 0]", "grid.append(copy[0])"))}
print(grid, copy[2])
"""


def functions(rng: Random, level: int) -> str:
    a, b, c = rng.randrange(2, 9), rng.randrange(2, 9), rng.randrange(2, 9)
    if level == 0:
        return f"""
def f(x, y={b}):
    return x * y + {c}

print(f({a}))
"""
    if level == 1:
        return f"""
def f(x, *rest, scale={b}):
    return (x + sum(rest)) * scale - len(rest)

print(f({a}, {c}, {a + c}{rng.choice((", scale=1", "", f", {b}"))}))
"""
    return f"""
def f(x, kept=[]):
    kept.append(x * {a})
    return sum(kept)

f({b})
f({c}, [{a}])
print(f({b + 1}), f({c}, []))
"""


def recursion(rng: Random, level: int) -> str:
    n, a = rng.randrange(3, 8), rng.randrange(2, 5)
    if level == 0:
        first, op, top = rng.choice(((1, "*", rng.randrange(2, 8)), (0, "+", n + a)))
        return f"""
def f(n):
    return {first} if n == 0 else n {op} f(n - 1)

print(f({top}))
"""
    if level == 1:
        return f"""
def f(n):
    return n if n < 2 else f(n - 1) + {a} * f(n - 2)

print(f({n}))
"""
    return f"""
def f(n):
    if n < {a}:
        return str(n)
    return f(n // {a}) + str(n % {a}) + f(n % {a})

print(f({n * 11 + a}))
"""


def closures(rng: Random, level: int) -> str:
    a, b, c = rng.randrange(2, 9), rng.randrange(2, 9), rng.randrange(2, 5)
    if level == 0:
        return f"""
def adder(n):
    return lambda x: x + n

add = adder({a})
print(add({b}))
"""
    if level == 1:
        return f"""
def counter(start):
    count = start
    def step(by=1):
        nonlocal count
        count += by
        return count
    return step

tick = counter({a})
tick()
tick({b})
print(tick() + counter({c})())
"""
    return f"""
late = [lambda x: x * n for n in range({c + 1})]
early = [lambda x, n=n: x * n for n in range({c + 1})]
print([f({a}) for f in late], sum(f({b}) for f in early))
"""


def classes(rng: Random, level: int) -> str:
    a, b, c = rng.randrange(1, 9), rng.randrange(1, 9), rng.randrange(2, 6)
    if level == 0:
        return f"""
class Box:
    def __init__(self, size):
        self.size = size

    def grow(self, by):
        self.size += by

box = Box({a})
box.grow({b})
print(box.size * {c})
"""
    if level == 1:
        return f"""
class Shape:
    sides = {a}

    def describe(self):
        return f"{{self.name()}}-{{self.sides}}"

    def name(self):
        return "shape"

class Tile(Shape):
    def name(self):
        return "{rng.choice(SHORT_WORDS)}" + str(self.sides + {b})

print({rng.choice(("Shape", "Tile"))}().describe())
"""
    return f"""
class Node:
    made = []
    total = 0

    def __init__(self, value):
        self.made.append(value)
        self.total += value

one, two = Node({a}), Node({b})
Node.total = {c}
two.made = two.made[:1] + [{a + c}]
print(one.made, two.made, one.total, two.total, Node.total)
"""


def generators(rng: Random, level: int) -> str:
    n, a = rng.randrange(3, 7), rng.randrange(2, 6)
    if level == 0:
        return f"""
def numbers():
    for n in range({n}):
        yield n * {a}

print(list(numbers()))
"""
    if level == 1:
        return f"""
def numbers(n):
    while n > 0:
        yield n
        n -= {a}

source = numbers({n * 3})
next(source)
print(sum(source))
"""
    return f"""
def numbers(n):
    got = yield n
    while got < {n * a}:
        got = yield got + n
        n += 1

source = numbers({a})
next(source)
shown = [source.send(k) for k in range({n})]
print(shown, list(zip("abc", iter(shown), range({a}))))
"""


def exceptions(rng: Random, level: int) -> str:
    a, b = rng.randrange(0, 4), rng.randrange(1, 6)
    words = rng.sample(SHORT_WORDS, 4)
    if level == 0:
        wrong = rng.choice((f"{a + b} / 0", f"int('{words[3]}')", f"{a + b} + {b}", f"int('{a + b}')"))
        return f"""
try:
    x = {wrong}
    print("{words[0]}")
except ValueError:
    print("{words[1]}")
except ZeroDivisionError:
    print("{words[2]}")
"""
    if level == 1:
        return f"""
seen = []
for value in [{a}, {b}, "{rng.choice(words)}", None, {a + b}][{rng.randrange(0, 2)}:]:
    try:
        seen.append({b * 12} // value)
    except TypeError:
        seen.append("{words[0]}")
    except ZeroDivisionError:
        break
    else:
        seen.append(value)
print(seen)
"""
    return f"""
def f(n):
    try:
        if n % {b + 1} == 0:
            raise KeyError(n)
        return "{words[0]}"
    except LookupError as error:
        return error.args[0] * {a + 1}
    finally:
        log.append(n)

log = []
print([f(n) for n in range({a + 1}, {a + b + 3})], log[::-1])
"""


SNIPPETS = (aliases, functions, recursion, closures, classes, generators, exceptions)
