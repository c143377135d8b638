"""The isolated child against templates that want out, and against those that only want to render."""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mist_ci.adapters.executors import IsolatedExecutor, Limits
from mist_ci.adapters.executors import isolated as isolated_module
from mist_ci.errors import Code, CouldNotRun
from mist_ci.ports.executor import Dialect, Rendered

EXECUTOR = IsolatedExecutor()
HASTY = IsolatedExecutor(Limits(one_s=1.0))
FOR_EVER = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
both = pytest.mark.parametrize("dialect", list(Dialect))


def one(template: str, dialect: Dialect = Dialect.CHAT, **context: object) -> Rendered:
    return EXECUTOR.render(template, [context], dialect)[0]


def error(template: str, dialect: Dialect = Dialect.CHAT, **context: object) -> str:
    rendered = one(template, dialect, **context)
    assert rendered.text is None
    assert rendered.error is not None
    assert "\n" not in rendered.error
    assert len(rendered.error) <= 300
    return rendered.error


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = _children()
    yield
    assert list(tmp_path.iterdir()) == []
    assert _children() <= before


def _children() -> set[str]:
    lists = Path("/proc/self/task").glob("*/children")
    return {child for found in lists for child in found.read_text(encoding="utf-8").split()}


ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ().__class__.__base__.__subclasses__() }}",
    "{{ x['__class__']['__mro__'] }}",
    "{{ (x | attr('__class__') | attr('__mro__'))[1] }}",
    "{{ x | attr('\\x5f\\x5fclass\\x5f\\x5f') | attr('mro') }}",
    "{{ [x] | map(attribute='__class__.__mro__') | first | first }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(x) }}",
    "{{ '{0.__class__.__mro__}' | format(x) | length // 0 }}",
    "{{ ('{0.__class__}'.format_map)({'0': x}) }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context.environment.loader // 1 }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__.os.popen('id').read() }}",
    "{{ namespace.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ raise_exception.__globals__['sys'].modules['os'].system('id') }}",
    "{{ strftime_now.__globals__.sys.modules }}{{ 1 // 0 }}",
    "{{ range.__init__.__self__.__class__() // 1 }}",
    "{{ config.items() }}",
    "{{ request.application.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ url_for.__globals__.os }}",
    "{% for c in x.__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}{{ 1 // 0 }}",
    "{% macro m() %}{{ caller.__globals__.os.system('id') }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as p %}",
    "{% extends '/etc/passwd' %}",
    "{{ x.__class__.__init__.__globals__['__builtins__'].open('/etc/passwd').read() }}",
    "{{ open('/etc/passwd').read() }}",
    "{{ __import__('os').environ }}",
    "{{ messages.append(1) }}",
    "{{ data.update({'a': 1}) }}",
    "{{ 'x'.encode('zlib') }}",
]


@pytest.mark.parametrize("template", ESCAPES)
def test_known_escapes_fail_in_chat_templates(template: str) -> None:
    error(template, Dialect.CHAT, x="x", messages=[], data={})


@pytest.mark.parametrize("template", ESCAPES[::4])
def test_known_escapes_fail_in_prompts(template: str) -> None:
    error(template, Dialect.PROMPT, x="x", messages=[], data={})


WAYS_OUT = {
    "reading a file": "open('/etc/passwd').read()",
    "writing a file": "open('here', 'w')",
    "a socket": "__import__('socket').create_connection(('127.0.0.1', 9))",
    "an old socket": "__import__('_socket').socket()",
    "a process": "__import__('subprocess').run(['id'])",
    "a shell": "__import__('os').system('id')",
    "a fork": "__import__('os').fork()",
    "another program": "__import__('os').execv('/bin/sh', ['sh'])",
    "a signal": "__import__('os').kill(__import__('os').getppid(), 9)",
    "foreign code": "__import__('ctypes').CDLL(None)",
    "a listing": "__import__('os').listdir('/')",
    "other objects": "__import__('gc').get_objects()",
    "frames": "__import__('sys').settrace(None) or __import__('sys')._current_frames()",
}


@pytest.mark.parametrize("name", WAYS_OUT)
def test_behind_a_broken_sandbox_stand_more_walls(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child's own source with a hole in its sandbox: a filter that evaluates Python."""
    home = tmp_path / "source"
    home.mkdir()
    source = isolated_module._CHILD.read_text(encoding="utf-8")
    hole = 'environment.filters["tojson"] = lambda code: str(eval(code))'
    broken = source.replace('environment.filters["tojson"] = _tojson', hole)
    assert broken != source
    child = home / "child.py"
    child.write_text(broken, encoding="utf-8")
    monkeypatch.setattr(isolated_module, "_CHILD", child)
    assert one("{{ '6 * 7' | tojson }}").text == "42"
    assert "Refused: a template may not use" in error("{{ code | tojson }}", code=WAYS_OUT[name])
    shutil.rmtree(home)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_child_has_no_environment_and_a_directory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_KEY", "do-not-leak")
    done: list[tuple[Rendered, ...]] = []
    thread = threading.Thread(target=lambda: done.append(HASTY.render(FOR_EVER, [{}], Dialect.CHAT)))
    thread.start()
    child = _child_of(os.getpid())
    environment = (child / "environ").read_bytes()
    directory = (child / "cwd").readlink()
    mode = directory.stat().st_mode & 0o777
    time.sleep(0.5)  # until it has locked itself up
    limits = (child / "limits").read_text(encoding="utf-8")
    threads = len(list((child / "task").iterdir()))
    thread.join()
    names = {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert names <= {b"LC_ALL", b"LD_LIBRARY_PATH"}
    assert b"do-not-leak" not in environment
    assert directory.parent == tmp_path
    assert mode == 0o700
    assert threads == 1
    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert soft["Max file size"] == "0"
    assert soft["Max open files"] == "3"
    assert soft["Max processes"] == "0"
    assert soft["Max core file size"] == "0"
    assert soft["Max address space"] == str(Limits().memory_bytes)
    assert not child.exists()
    assert done[0][0].text is None


def _child_of(parent: int) -> Path:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text(encoding="utf-8").rpartition(")")[2].split()
                # Between fork and exec the child still looks like its parent.
                if int(fields[1]) == parent and b"child.py" in (status.parent / "cmdline").read_bytes():
                    return status.parent
            except (FileNotFoundError, ProcessLookupError):
                continue
    raise AssertionError("no child was seen")


@both
def test_a_template_that_never_ends_is_stopped_and_earlier_rows_keep_their_text(dialect: Dialect) -> None:
    template = "{% if loop_now %}" + FOR_EVER + "{% endif %}{{ n }}"
    contexts = [{"n": n, "loop_now": n == 2} for n in range(5)]
    started = time.monotonic()
    rendered = HASTY.render(template, contexts, dialect)
    assert time.monotonic() - started < 20
    assert [r.text for r in rendered] == ["0", "1", None, None, None]
    assert all("took longer than 1 s" in str(r.error) for r in rendered[2:])


def test_a_constant_that_never_ends_is_stopped_while_the_template_is_read() -> None:
    rendered = HASTY.render("{{ 9 ** (9 ** 9) }}", [{}, {}], Dialect.PROMPT)
    assert ["took longer" in str(r.error) for r in rendered] == [True, True]


def test_many_rows_that_are_slow_together_are_stopped() -> None:
    slow = "{% for i in range(99999) %}{% endfor %}{% for i in range(99999) %}{% endfor %}" * 20
    executor = IsolatedExecutor(Limits(one_s=1.0, row_s=0.0))
    rendered = executor.render(slow, [{}] * 1_000, Dialect.CHAT)
    assert len(rendered) == 1_000
    assert rendered[-1].text is None


BOMBS = {
    "one string": ("{{ 'a' * 10**9 }}", "memory"),
    "a string from data": ("{{ a * 10**9 }}", "memory"),
    "a long text": ("{{ 'a' * 10**7 }}", "longer than 1,048,576 characters"),
    "a long text in pieces": (
        "{% for i in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaa' }}{% endfor %}",
        "longer than",
    ),
    "nested joins": (
        "{% set n = namespace(x=['a']) %}{% for i in range(60) %}{% set n.x = [n.x | join, n.x | join] %}{% endfor %}",
        "memory",
    ),
    "a list that doubles": (
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "memory",
    ),
    "a range": ("{% for i in range(10**9) %}x{% endfor %}", "Range too big"),
    "recursion": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "RecursionError"),
    "padding": ("{{ '%1000000000d' % 1 }}", "memory"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_errors_and_the_next_row_is_fine(name: str) -> None:
    template, reason = BOMBS[name]
    guarded = "{% if n == 0 %}" + template + "{% endif %}{{ n }}"
    first, second = EXECUTOR.render(guarded, [{"n": 0, "a": "a"}, {"n": 1, "a": "a"}], Dialect.CHAT)
    assert reason in str(first.error)
    assert second == Rendered("1")


def test_what_a_template_says_stays_on_one_line() -> None:
    message = error("{{ raise_exception('a\n::error::b\\x1b[31m\\u202e' ~ 'c' * 1000) }}")
    assert message.startswith("line 1: a ::error::b")
    assert message.isprintable()


def test_an_error_names_its_line() -> None:
    assert error("a\nb {% if %}").startswith("syntax error in line 2: Expected an expression")
    assert error("a\n\n{{ nope.x }}", Dialect.PROMPT) == "line 3: 'nope' is undefined"
    assert error("a\n{{ none + 'x' }}").startswith("line 2: TypeError: unsupported operand")
    assert error("{% for %}\n{% endfor %}" + "\n" * 3).startswith("syntax error in line 1:")


def test_prompts_are_plain() -> None:
    prompt = Dialect.PROMPT
    assert one("{{ input }}\n", prompt, input="<é>") == Rendered("<é>\n")
    assert one("{% for i in range(3) %}{{ i }}{% endfor %}", prompt) == Rendered("012")
    assert "undefined" in error("{{ nput }}", prompt, input="x")
    for name in ("lipsum", "cycler", "dict", "raise_exception", "strftime_now", "bos_token", "tools"):
        assert f"'{name}' is undefined" in error(f"{{{{ {name} }}}}", prompt)


CHAT_FEATURES = {
    "break": ("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "01"),
    "continue": ("{% for i in range(3) %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "02"),
    "generation": ("<{% generation %}{{ messages[0].content }}{% endgeneration %}>", "<hé>"),
    "tojson": ("{{ messages | tojson }}", '[{"role": "user", "content": "hé"}]'),
    "tojson does not escape HTML": ("{{ {'a': '<&>'} | tojson }}", '{"a": "<&>"}'),
    "tojson indents": ("{{ {'a': 1} | tojson(indent=2) }}", '{\n  "a": 1\n}'),
    "tojson options": (
        "{{ {'b': 'é', 'a': 1} | tojson(ensure_ascii=True, separators=(',', ':'), sort_keys=True) }}",
        '{"a":1,"b":"\\u00e9"}',
    ),
    "trimmed blocks": ("{% if true %}\n  x\n  {% endif %}\ny", "  x\ny"),
    "no tools": ("{% if tools is not none %}T{% endif %}{{ documents is none }}", "True"),
    "special tokens": ("[{{ bos_token + 'x' + eos_token }}]", "[x]"),
    "undefined is empty": ("[{{ nothing }}]", "[]"),
    "year": ("{{ strftime_now('%Y') | int > 2000 }}", "True"),
    "namespace": (
        "{% set ns = namespace(n=1) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "4",
    ),
    "filters": ("{{ ' a ' | trim | upper }}{{ [3, 1] | sort | join(',') }}{{ 'x' | indent(2) }}", "A1,3x"),
    "late modules": (
        "{{ [1] | pprint }}{{ 'a b' | wordwrap(2) }}{{ 'a b' | urlencode }}{{ 1.5 | round }}",
        "[1]a\nba%20b2.0",
    ),
}


@pytest.mark.parametrize("name", CHAT_FEATURES)
def test_chat_templates_get_what_transformers_gives_them(name: str) -> None:
    template, expected = CHAT_FEATURES[name]
    assert one(template, messages=[{"role": "user", "content": "hé"}]) == Rendered(expected)


def test_context_wins_over_defaults() -> None:
    assert one("{{ bos_token }}{{ tools[0] }}", bos_token="<s>", tools=["t"]) == Rendered("<s>t")


def test_the_message_of_raise_exception_is_shown() -> None:
    assert error("{{ raise_exception('no system role') }}") == "line 1: no system role"


def test_any_text_survives_both_ways() -> None:
    texts = ["", "\x00\x1f\n\r\u2028", "😀é日本", "\\u0041", "x" * 200_000, "\ud800"]
    rendered = EXECUTOR.render("{{ t }}", [{"t": text} for text in texts], Dialect.PROMPT)
    assert [r.text for r in rendered] == texts


def test_no_contexts_need_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/does/not/exist")
    assert EXECUTOR.render("{{ x }}", [], Dialect.PROMPT) == ()


def test_a_child_that_cannot_start_is_could_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/does/not/exist")
    with pytest.raises(CouldNotRun) as caught:
        one("x")
    assert caught.value.code is Code.CHILD_FAILED


@pytest.mark.parametrize(
    "source", ["raise SystemExit('no jinja2 here')", "print('hello', flush=True)", "while 1: 0"]
)
def test_a_child_that_does_not_get_ready_is_could_not_run(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(source, encoding="utf-8")
    monkeypatch.setattr(isolated_module, "_CHILD", child)
    with pytest.raises(CouldNotRun, match="did not start") as caught:
        IsolatedExecutor(Limits(start_s=2.0)).render("x", [{}], Dialect.CHAT)
    assert caught.value.code is Code.CHILD_FAILED
    child.unlink()


READY = "import json, sys, os\nprint(json.dumps({'ready': True}), flush=True)\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("os.kill(os.getpid(), 11)", "signal 11"),
        ("sys.exit(3)", "exit status 3"),
        ("os.close(1)\nwhile 1: 0", "signal 9"),
        ("print('nonsense', flush=True)\nwhile 1: 0", "cannot be read"),
        ("print('[' * 9999, flush=True)\nwhile 1: 0", "cannot be read"),
        ("print('{\"text\": 7}', flush=True)\nwhile 1: 0", "cannot be read"),
        ("while 1: print('x' * 99999, end='')", "too long"),
        ("while 1: print('x' * 99999, end='', file=sys.stderr)", "took longer"),
    ],
)
def test_a_child_that_misbehaves_gives_errors(
    source: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(READY + source, encoding="utf-8")
    monkeypatch.setattr(isolated_module, "_CHILD", child)
    rendered = HASTY.render("x", [{}, {}], Dialect.CHAT)
    assert [reason in str(r.error) for r in rendered] == [True, True], rendered
    child.unlink()


def test_calls_from_many_threads_do_not_mix() -> None:
    results: dict[int, tuple[Rendered, ...]] = {}

    def ask(number: int) -> None:
        results[number] = EXECUTOR.render("{{ n }}", [{"n": number}] * 200, Dialect.PROMPT)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[number] == (Rendered(str(number)),) * 200 for number in range(4))


def test_thousands_of_renderings_are_cheap() -> None:
    template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{{ m | tojson }}<|end|>{% endfor %}"
    row = {
        "messages": [{"role": "user", "content": "hello " * 40}, {"role": "assistant", "content": "x" * 400}]
    }
    started = time.monotonic()
    rendered = EXECUTOR.render(template, [row] * 3_000, Dialect.CHAT)
    took = time.monotonic() - started
    print(f"3,000 renderings took {took:.2f} s, {3_000 / took:,.0f} a second")  # noqa: T201
    assert len({r.text for r in rendered}) == 1
    assert rendered[0].text is not None
    assert json.dumps(row["messages"][0]) in rendered[0].text


def test_a_template_that_makes_much_of_every_row_does_not_fill_the_memory() -> None:
    executor = IsolatedExecutor(Limits(all_chars=10_000))
    rendered = executor.render("{{ 'x' * 1000 }}", [{}] * 100, Dialect.PROMPT)
    assert [one.text is None for one in rendered] == [False] * 11 + [True] * 89
    assert rendered[-1].error == "all its texts are more than 10,000 characters"
