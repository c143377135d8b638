# ruff: noqa: RUF001, E501, PLE2502
"""Valid texts of every kind: no rule says anything about them."""

import json

import pytest

from mist_ci.schemaflux.example import chat
from mist_ci.schemaflux.selection import Selection
from tests.unit.schemaflux.checking import check

PI = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214"
TEXTS = {
    "emoji families": "👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 👁️‍🗨️ ❤️‍🔥 1️⃣ #️⃣ 🤷🏿‍♀️ 🇩🇪🇯🇵",
    "flags of regions": "🏴󠁧󠁢󠁥󠁮󠁧󠁿 England, 🏴󠁧󠁢󠁳󠁣󠁴󠁿 Scotland, 🏴󠁧󠁢󠁷󠁬󠁳󠁿 Wales",
    "Persian with joiners": "می‌خواهم کتاب‌ها را بخوانم. API‌ها و URL‌های سایت. ‌",
    "Hindi with joiners": "क्‍ष और क्‌ष, र्‍य, ज्ञ। API‌ का उपयोग",
    "Malayalam and Sinhala": "അവന്‍ ഇന്ത്യയില്‍ ശ്‍രീ ශ්‍රී ලංකාව",
    "Khmer and Thai with breaks": "ភាសា\u200bខ្មែរ สวัสดี\u200bครับ",
    "Japanese with a break": "東京\u200bタワー",
    "Hebrew with marks": "שלום ‎(hello)‎ ‏עולם ⁨abc⁩ ‫ab‬",
    "Arabic with isolates": "قال ⁦John⁩ مرحبا",
    "Vietnamese": "Trước tiên chúng ta cần kiểm tra chất lượng dữ liệu. Đường Nguyễn Huệ, Ổ cứng",
    "French": "« Où ? » : l’été à 20 °C, 12 000 € ; Ça, Â, Ã et «MANHÃ». NÃO, SÃO, É! À « é » — œuvre",
    "German": "Größe, Übermaß, „Straße“ – ‚schön‘; 1.000,50 €; Anzahl: 5; §§ 3 ff.",
    "Icelandic": "Það er gott að sofa. Æðarfugl, Ð, ð, Þ, þ og Øl. ÐÆ",
    "Greek and Cyrillic": "Ελληνικά: Ά Έ. РС, СССР, РСФСР, ПРС и РСУ. Россия, Съезд",
    "Chinese": "我们先检查数据，然后训练模型。作为教师，我认为这很好。价格：１２３元。",
    "Korean": "먼저 데이터의 품질을 확인합니다. 한글 자모: ㄱㄴㄷ",
    "a Jinja template": "```jinja\nHello {{ user.name }}, {% if x %}{{ y }}{% endif %}\n```",
    "a template in prose": "In Vue you write {{ message }} and the component shows it.",
    "GitHub Actions": "Use `${{ secrets.TOKEN }}` and uses: actions/checkout@v4",
    "LaTeX": r"$$\frac{{a}}{b} \begin{aligned} x &= \beta \\ y_{{n}} &= \bar{x} \end{aligned}$$ \u0001 \b",
    "a letter to fill in": "Here is a letter:\n\nDear [YOUR NAME],\n\n[INSERT DATE]\n\nBest regards,\n[Your Name]",
    "markdown": "# Title\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1<br>2 | &lt;3 |\n\n> quote\n\n~~~\ncode\n~~~",
    "a fence inside of a fence": "````md\n```py\nprint(1)\n```\n````\nEnd.",
    "an open fence that is talked about": "Start a block with ``` and end it with ``` too.",
    "a fence in a list": "1. Run this:\n\n    ```sh\n    ls\n    ```\n2. Done",
    "code": '```python\ns = "\\u00e9\\x00"\nre.sub(r"\\bfoo\\b", "\\f")\n@app.route("/x")\nprint(f"Hello {name}")\n```',
    "HTML that is asked for": "```html\n<p>Tom &amp; Jerry&nbsp;</p><div>x</div>\n```",
    "JSON": '{"a": [1, 2, {"b": null}], "c": "x"}',
    "JSON on lines": '[\n  {"a": 1},\n  {"a": 2}\n]\n',
    "JSON with words behind": '{"a": 1}\nThis is the object that you asked for',
    "citations": "[1] Smith et al. show that it works, and [2] that it does not",
    "a mathematical set": "{1, 2, 3} and [0, 1) are sets",
    "base64 in a talk about code": "The base64 of it is `" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0" * 8 + "`",
    "a table of numbers": "\n".join(
        f"{n} {n * n} {n * n * n} 212 736 5000 2024-01-{n:02}" for n in range(10, 29)
    ),
    "ASCII art": "  /\\_/\\  \n ( o.o ) \n  > ^ <  \n" + "=" * 300 + "\n" + "-+" * 200,
    "a refrain": (
        "Row, row, row your boat\nGently down the stream\nMerrily, merrily\nLife is but a dream\n" * 3
    ),
    "a limerick": "The end rhymes with the bend, the bend with the end, and so on.",
    "digits of pi": PI,
    "pi in groups": "1415 9265 3589 7932 3846 2643 3832 7950 2884 1971 6939 9375 1058 2097 4944 5923",
    "zeros": "0" * 400,
    "identifiers": "550e8400-e29b-41d4-a716-446655440000, 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "commits": "da39a3ee5e6b4b0d3255bfef95601890afd80709 and e3b0c442",
    "colours": "#ff8800, #FFF, rgb(255, 136, 0), #4111111",
    "order numbers": "Order 415-736-5000, ticket #212-736-5012, invoice no. 646-736-5000, ISBN 978-3-16-148410-0, SKU 219-09-9998",
    "timestamps": "1732633200000 1732633200 20241126150602 2024-11-26T15:06:02+00:00 4070908800000000",
    "long numbers": "4539578763621487, 5500005555555559, 3400000000000000, 6304000000000000, 18446744073709551615",
    "snowflakes": "Tweet 1445078208190291973, channel 4539578763621486 of the server",
    "versions": "v1.2.3.4, 4.10.0.0, Chrome/120.0.6099.109, 10.0.19045.3693, version 98.120.3.4, 1.17.1.200-rc",
    "private addresses": "10.1.2.3, 192.168.1.20, 127.0.0.1, 172.16.4.5, 0.0.0.0, 255.255.255.0, 203.0.113.7, 8.8.8.8",
    "sections": "See 4.1.2.3 and OID 1.2.840.113549, 2.16.840.1.101",
    "example addresses": "name@example.com, info@verlag.de, support@github.com, git@github.com:a/b.git, user@host.local, john.doe@email.com",
    "at signs": "@user@mastodon.social, npm i react@18.2.0, icon@2x.png, @types/node, a@b, x @ y, foo@bar.py, me@example.co.uk",
    "fictional phones": "+1 (212) 555-0123, 415-555-2671, (555) 123-4567, +44 20 7946 0958, 123-456-7890, 1-800-273-8255, +49 30 23125 123",
    "sums": "a+12345678901, 1 + 20304050607, +3.14159265, 5e+10, +100000000 units, x^2+1234567890123",
    "no security numbers": "000-12-3456, 123-45-6789, 078-05-1120, 987-65-4321, CAS 7732-18-5, part 219-45-7788",
    "test cards": "4242 4242 4242 4242, 4111111111111111, 5555-5555-5555-4444, card 378282246310005",
    "wrong cards": "My card is 4539578763621487 and not 4539 5787 6362 1488",
    "example accounts": "DE89 3704 0044 0532 0130 00, GB82 WEST 1234 5698 7654 32, DE00370400440532013000",
    "example keys": "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "placeholder keys": "sk-ant-api03-..., sk-proj-YYYYYYYY, hf_abcdefghijklmnopqrstuvwxyzABCDEFGH, glpat-xxxxxxxxxxxxxxxxxxxx, AIzaSyYYYYYY",
    "a token with a wrong checksum": "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18",
    "a key that is talked about": "It starts with -----BEGIN RSA PRIVATE KEY-----\n(your key)\n-----END RSA PRIVATE KEY-----",
    "the token of jwt.io": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5"
    "MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "database URLs": "postgres://user:password@localhost/db, mysql://root:s3cr3t@db.example.com, redis://:pw@10.0.0.3, "
    "postgresql://app:${DB_PASSWORD}@db.acme.io/app, mongodb+srv://<user>:<password>@cluster0.mongodb.net",
    "encodings": "In Latin-1 the UTF-8 of é is read as Ã©, and U+FFFD (�) stands for what is lost.",
    "how a language model works": "As a language model predicts words, it … The AI model is trained by OpenAI. I'm a model citizen.",
    "an empty answer in words": "None. N/A. null. TBD is an abbreviation for to be determined.",
    "terminal output": "$ ls -la\ntotal 0\tdrwx\r\nok",
    "soft hyphens and hard spaces": "Donau­dampf­schiff, 12 km, A B",
    "mathematics": "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, α ∧ ¬β, ∑ᵢ xᵢ², 𝔸𝕓𝕔, x̄ and ŷ, e⃗",
    "phonetics": "/ˈʃʊɡə/ and /ɛ̃/, ä́, n̈, Z̶a̶l̶g̶o̶",
    "ligatures and full width": "ﬁne ﬂow, ＡＢＣ，１２３，㎏, Å, Ω",
    "shell": "```sh\nexport TOKEN=$(cat token)\npsql postgresql://$USER:$PW@$HOST/db\nssh root@10.0.0.1\n```",
    "SQL": "```sql\nSELECT email FROM users WHERE email LIKE '%@gmail.com';\n```",
    "matrices": "A @ B.T, x@y.shape, np.float64@weights.data",
    "a diff": "```diff\n@@ -1,4 +1,4 @@\n-49301234567\n+49301234568\n```",
    "a log": "2024-11-26 15:06:02,123 INFO [main] 212-555-0187 GET /a?b=1 200 0.004",
    "package versions": "numpy==1.26.4.200 torch-2.3.1.post100 requests 2.31.0.20240406",
    "regular expressions": r"`\d{3}-\d{2}-\d{4}` matches 123-45-6789; `[\w.]+@[\w.]+`",
    "XML": "```xml\n<p>a</p><span>b</span>\n```",
    "a markdown table with breaks": "| a | b |\n|---|---|\n| 1<br>2 | <span>3</span> |",
    "a fence without a language": "Use this:\n```\nls -la\n```\nDone.",
    "a chat about refusals": "If I cannot come, I will say: I'm sorry, but I can't make it.",
    "a role": "As an AI researcher, I work on models. As a language teacher, I speak.",
    "lists of numbers": "+1 +2 +3, (415) 12, 1-800-FLOWERS, 24/7, 3.5.1, 100-200-3000",
    "coordinates": "40.7128,-74.0060; 51.5074° N, 0.1278° W; 48.858844, 2.294351",
    "prices": "4,111,111,111 USD; 5.500.000.000,00 €; 1 234 567 890 123",
    "bank talk": "IBAN stands for International Bank Account Number: two letters, two digits, up to 30 characters.",
}
"""What it is → the text."""


@pytest.mark.parametrize("is_ascii", [False, True], ids=["raw", "escaped"])
def test_no_rule_says_anything_about_a_valid_text(is_ascii: bool) -> None:
    rows = [
        chat(("system", f"You help with {name}."), ("user", f"Look at this:\n{text}"), ("assistant", text))
        for name, text in TEXTS.items()
    ]
    report = check("".join(f"{json.dumps(row, ensure_ascii=is_ascii)}\n" for row in rows).encode())
    names = list(TEXTS)
    assert [(names[(one.where.line or 0) - 1], one.message) for one in report.findings] == []
    assert report.rows == len(TEXTS)


def test_nor_about_all_of_them_in_one_conversation() -> None:
    texts = [text for name, text in TEXTS.items() if name != "encodings"]
    turns = [turn for text in texts for turn in (("user", "Go on."), ("assistant", text))]
    report = check(json.dumps(chat(*turns)).encode() + b"\n", selection=Selection(select=("SF7", "SF9")))
    assert [finding.message for finding in report.findings] == []
