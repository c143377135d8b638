# ruff: noqa: RUF001
"""What rules about texts find, and that their triggers see it in whatever way it is written."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mist_ci.models.data_format import DataFormat
from mist_ci.models.finding import Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import call, chat, result, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rules import ROW_RULES
from mist_ci.schemaflux.selection import Selection
from mist_ci.schemaflux.triggers import TriggerSet
from tests.unit.schemaflux.checking import check

TEXT_RULES = [one for one in ROW_RULES if one.META.trigger and one.META.code[:3] in ("SF7", "SF9")]
LONG = "The first part is about the harbour. The second part is about the town. " * 3
FOUND = [
    ("SF701", "a\0b", "U+0000 NUL at character 2"),
    ("SF701", "\x1b[31mred\x1b[0m", "2 control characters"),
    ("SF701", "it\x92s", "U+0092 at character 3"),
    ("SF701", "x\x08\x0c\x7f", "3 control characters"),
    ("SF702", "a\u202eb", "overrides the writing direction"),
    ("SF702", "ok\U000e0049\U000e0067", "hides text in tag characters"),
    ("SF702", "x" + "\ufe01\ufe02\ufe03\ufe04", "hides data in variation selectors"),
    ("SF702", "ze\u200bro", "zero-width space"),
    ("SF702", "jo\u200din", "zero-width joiner"),
    ("SF702", "\ufeffstart", "byte order mark"),
    ("SF702", "if a\u2066 // \u2069\u2066b", "changes the writing direction"),
    ("SF703", "lost \ufffd\ufffd", "2 characters are lost"),
    ("SF703", "cafÃ©", "wrong encoding"),
    ("SF703", "donâ€™t", "wrong encoding"),
    ("SF703", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "wrong encoding"),
    ("SF703", "РџСЂРёРІРµС‚ РјРёСЂ", "wrong encoding"),
    ("SF703", "ä½\xa0å¥½", "wrong encoding"),
    ("SF703", "nice ðŸ˜€", "wrong encoding"),
    ("SF703", "25 Â°C", "wrong encoding"),
    ("SF704", "Orle\u0301ans", "8 characters instead of 7"),
    ("SF705", "It won&#39;t.", "an HTML entity"),
    ("SF705", "Tom &amp; Jerry", "an HTML entity"),
    ("SF705", "<p>All is well.</p>", "an HTML element"),
    ("SF705", "See: iVBORw0KGgo" + "AAAANSUhEUgAA" * 10, "a file as base64"),
    ("SF706", "Sure:\n```python\nprint(", "its last code block is never closed"),
    ("SF706", '{"a": [1, 2, {"b": "c', "its JSON is never closed"),
    ("SF706", '[{"a": 1}, {"a"', "its JSON is never closed"),
    ("SF706", LONG + "Then turn to the", 'its last word is "the"'),
    ("SF707", "As an AI language model, I cannot.", "As an AI language model"),
    ("SF707", "I'm ChatGPT.", "I'm ChatGPT"),
    ("SF707", "I am an AI assistant made by OpenAI.", "by OpenAI"),
    ("SF713", "Hi {{ first_name }}!", "{{ first_name }}"),
    ("SF713", "Dear {name},", "Dear {name}"),
    ("SF713", "Call [INSERT NUMBER] now.", "[INSERT NUMBER]"),
    ("SF713", "Lorem ipsum dolor sit amet", "Lorem ipsum dolor"),
    ("SF713", "TBD", "TBD"),
    ("SF902", "Mail ingrid.solheim@gmail.com", "email address: i… (24 characters)"),
    ("SF902", "(ola@norge.no,kari.n@norge.no)", "and 1 more"),
    ("SF902", "Ring +47 22 86 44 09", "phone number: +47 …"),
    ("SF902", "Call (212) 736-5043 or 646.736.5047", "phone number"),
    ("SF902", "SSN 219-45-7788", "social security number: … (11 characters)"),
    ("SF902", "Visa 4716108999716531", "payment"),
    ("SF902", "4716-1089-9971-6531", "payment card: 4716…"),
    ("SF902", "IBAN DE75 5121 0800 1245 1261 99", "bank account (IBAN): DE75…"),
    ("SF902", "from 185.199.108.153", "public IP address: 185…"),
]  # fmt: skip
SELECTED = Selection(select=("SF7", "SF9"))


@pytest.mark.parametrize("is_ascii", [False, True], ids=["raw", "escaped"])
def test_a_text_is_found_by_its_rule_alone(is_ascii: bool) -> None:
    said = [chat(("user", f"{n}?"), ("assistant", text)) for n, (_, text, _) in enumerate(FOUND)]
    content = "".join(f"{json.dumps(row, ensure_ascii=is_ascii)}\n" for row in said).encode()
    report = check(content, selection=SELECTED)
    assert [(one.where.line, one.code) for one in report.findings] == [
        (n, code) for n, (code, _, _) in enumerate(FOUND, 1)
    ]
    for one, (_, _, part) in zip(report.findings, FOUND, strict=True):
        assert part in one.message
        assert one.where.field == "messages[1].content"


def b64(value: JsonValue) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


DRAWN = "q7Wm2RkZx9LtVb4NsHc8YdPf3JgTe6KaUoEi5XrMw1QzBvCnDyGhSjFlAp0Ou"
SECRETS = {
    "GitHub token": "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" + "0mLq17",
    "AWS access key": "AKIA" + "Q3EGRVN5UTJ2W7KD",
    "AWS secret key": "aws_secret_access_key = " + DRAWN[:40],
    "GitLab token": "glpat-" + DRAWN[:20],
    "Slack token": "xoxb-" + "739201846512-739201846519-" + DRAWN[:24],
    "Stripe key": "sk_" + "live_" + DRAWN[:24],
    "OpenAI key": "sk-" + DRAWN[:20] + "T3Blbk" + "FJ" + DRAWN[20:40],
    "Anthropic key": "sk-" + "ant-api03-" + DRAWN + DRAWN[:34],
    "Google key": "AI" + "za" + DRAWN[:35],
    "Hugging Face token": "hf_" + "qWmRkZxLtVbNsHcYdPfJgTeKaUoEiXrMwQ",
    "SendGrid key": "SG." + DRAWN[:22] + "." + DRAWN[:43],
    "PyPI token": "pypi-" + "AgEIcHlwaS5vcmc" + DRAWN[:55],
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE" + DRAWN + "\n" + DRAWN + "\n",
    "signed token (JWT)": ".".join((b64({"alg": "HS256"}), b64({"sub": "ola", "iat": 17}), DRAWN[:43])),
    "password in a database URL": "postgres://app:" + DRAWN[:14] + "@db.nordlys.io/app",
}


def holding(secret: str) -> list[JsonValue]:
    """Rows that hold a secret: said, as an argument of a tool, as metadata."""
    arguments = json.dumps({"key": secret})
    return [
        chat(("user", secret), ("assistant", "Thanks.")),
        {"messages": [{"role": "user", "content": "Hm?"}, call("f", arguments), result("call_1", "1")]},
        {"messages": [{"role": "assistant", "content": "a"}], "meta": {"keys": [secret]}},
    ]


@pytest.mark.parametrize("around", ["{}", "is:\n{}\n", '"{}"', "key={}.", "({}, {})"])
def test_a_secret_is_found_wherever_it_stands_and_never_shown(around: str) -> None:
    kinds = [kind for kind in SECRETS for _ in range(3)]
    report = check(
        rows(*(row for one in SECRETS.values() for row in holding(around.replace("{}", one)))),
        selection=Selection(select=("SF901",)),
    )
    found = {(one.where.line or 0) - 1: one.message for one in report.findings}
    assert [n for n, kind in enumerate(kinds) if f"a real {kind}: " not in found.get(n, "")] == []
    shown = report.model_dump_json()
    assert [kind for kind, secret in SECRETS.items() if secret.strip()[-20:] in shown] == []


def test_no_rule_shows_what_is_private_in_a_row() -> None:
    secret, card = SECRETS["AWS access key"], "4716-1089-9971-6531"
    said = chat(("user", "Which key?"), ("assistant", f"{secret} and {card} of ola.n@norge.no"))
    other = chat(("user", "Which key?"), ("assistant", f"{secret} and {card}"))
    report = check(rows(said, other, said))
    assert {"SF801", "SF810", "SF901", "SF902"} <= {one.code for one in report.findings}
    shown = report.model_dump_json()
    assert (secret in shown, card in shown, "ola.n@norge.no" in shown) == (False, False, False)
    assert "AKIA" in shown


def test_colours_of_a_terminal_are_a_warning_and_nul_is_an_error() -> None:
    for text, severity in (("\x1b[0m", Severity.WARNING), ("\0", Severity.ERROR)):
        report = check(rows(chat(("user", "a"), ("assistant", text))), selection=Selection(select=("SF701",)))
        assert [one.severity for one in report.findings] == [severity]


@pytest.mark.parametrize(("prompt", "count"), [("Is it safe?", 1), ("Repeat it 20 times.", 0)])
def test_a_loop_is_found_unless_it_was_asked_for(prompt: str, count: int) -> None:
    loop = "Well. " + "I am sure of it.\n" * 30
    report = check(
        rows(chat(("user", prompt), ("assistant", loop)), chat(("user", "b"), ("assistant", LONG)))
    )
    assert [one.code for one in report.findings] == ["SF708"] * count


def test_prose_is_odd_only_where_nearly_all_answers_are_json() -> None:
    def answers(json_rows: int, prose_rows: int) -> list[JsonValue]:
        return [
            *(
                chat(("system", "s"), ("user", f"p{n}"), ("assistant", f"Well, {n}."))
                for n in range(prose_rows)
            ),
            *(
                chat(("system", "s"), ("user", f"j{n}"), ("assistant", f'{{"n": {n}}}'))
                for n in range(json_rows)
            ),
        ]

    for json_rows, prose_rows, found in ((40, 2, 2), (40, 20, 0), (10, 1, 0)):
        report = check(rows(*answers(json_rows, prose_rows)))
        assert len([one for one in report.findings if one.code == "SF711"]) == found


def test_what_is_rejected_may_be_cut_and_boilerplate() -> None:
    cut = "As an AI language model, I say:\n```python\nprint("
    for chosen, rejected, found in (("Yes.", cut, []), (cut, "Yes.", ["SF706", "SF707"])):
        row: JsonValue = {
            "prompt": [{"role": "user", "content": "Is it?"}],
            "chosen": [{"role": "assistant", "content": chosen}],
            "rejected": [{"role": "assistant", "content": rejected}],
        }
        assert sorted(one.code for one in check(rows(row), selection=SELECTED).findings) == found


def test_many_refusals_are_said_once_whatever_the_order() -> None:
    talks = [chat(("user", f"q{n}"), ("assistant", f"It is {n}.")) for n in range(30)]
    refused = [chat(("user", f"r{n}"), ("assistant", f"I cannot say {n}.")) for n in range(8)]
    for content in (rows(*talks, *refused), rows(*refused, *talks)):
        report = check(content, selection=Selection(select=("SF714",)))
        assert [one.message[:7] for one in report.findings] == ["8 of 38"]
    assert check(rows(*talks, *refused[:7]), selection=Selection(select=("SF714",))).findings == ()


PIECES = st.sampled_from(
    [
        *[text for _, text, _ in FOUND],
        *SECRETS.values(),
        *[
            "\\",
            '"',
            "\n",
            "\t",
            " ",
            ",",
            "`",
            "```",
            "~~~",
            "{",
            "}",
            "[",
            "]",
            ":",
            "@",
            "+",
            "-",
            ".",
            "/",
            "n",
        ],
        *[
            "\u200d",
            "\u200c",
            "\u0301",
            "\ufe0f",
            "é",
            "ß",
            "你",
            "א",
            "👩",
            "\U0001f3f4",
            "\U000e0067",
            "\U000e007f",
        ],
        *[
            '{"',
            '"a": ',
            "AKIA",
            "a@b.no",
            "ex.no",
            "x@exa.no",
            "1",
            "212",
            "4716",
            "1089",
            "the",
            "&nbsp;",
            "\x1f",
        ],
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join)


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_a_text_rule_fires_only_where_its_trigger_matches(
    texts: list[str], is_ascii: bool, is_compact: bool
) -> None:
    value = chat(*[("user" if index % 2 else "assistant", text) for index, text in enumerate(texts)])
    raw = json.dumps(value, ensure_ascii=is_ascii, separators=(",", ":") if is_compact else None).encode()
    row = Row(1, "f.jsonl", raw, DataFormat.OPENAI_CHAT)
    seen = row.canonical if b"\\u" in raw else raw
    for rule in TEXT_RULES:
        if list(rule.check(row)):
            assert rule.META.trigger
            assert TriggerSet([rule.META.trigger]).matches(seen) == [0], rule.META.code
