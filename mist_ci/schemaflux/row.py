"""One row of training data, seen through accessors that never crash.

An accessor gives only what has the right type: wrong and missing types are the business of SF104 and SF105
alone, so that one defect is one finding. `Row.is_sound` says that nothing had to be left out.
"""

import msgspec
import xxhash

from mist_ci.models.data_format import DataFormat
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux import formats
from mist_ci.schemaflux.formats.detection import guess
from mist_ci.schemaflux.formats.format import CANONICAL_ROLES, Format
from mist_ci.schemaflux.lazy import lazy
from mist_ci.schemaflux.message import Message, Object, Side, ToolDeclaration
from mist_ci.schemaflux.plain import PlainRow
from mist_ci.schemaflux.prompts import ends
from mist_ci.schemaflux.shape import Flaw, ShapeProblem
from mist_ci.schemaflux.trait import Trait, traits_of

_canonical = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode
MEDIA_COLUMNS = frozenset({"image", "images", "video", "videos", "audio", "audios"})


class Row(msgspec.Struct, eq=False, dict=True):
    """One line that is JSON. `is_known` when the base branch already has it."""

    line: int
    file: str
    raw: bytes
    format: DataFormat
    is_known: bool = False
    orderly: tuple[str, ...] | None = None
    """The signature of an orderly row: it says all that shape rules would look at (`orderly.py`)."""
    plain: PlainRow | None = None
    """What most rows are: text said by known roles, an answer at the end, nothing else."""

    @lazy
    def value(self) -> JsonValue:
        """The row as JSON."""
        value: JsonValue = _decode(self.raw)
        return value

    @lazy
    def object(self) -> Object:
        """The row, or nothing when it is not an object."""
        return self.value if isinstance(self.value, dict) else {}

    @lazy
    def canonical(self) -> bytes:
        """The row as JSON with sorted keys and no white space: equal for equal rows."""
        return _canonical(self.value) if self.plain is None else self.plain.canonical

    @property
    def _form(self) -> Format:
        """What the row is read as: what it is, even where it should be something else."""
        return formats.of(self.other_format or self.format)

    @lazy
    def messages(self) -> tuple[Message, ...]:
        """The messages that are objects, in order. Of preference data: the prompt."""
        return tuple(self._form.messages(self.object))

    @lazy
    def sides(self) -> tuple[Side, ...]:
        """What preference data compares: `chosen` and `rejected`."""
        return tuple(self._form.sides(self.object))

    @lazy
    def tools(self) -> tuple[ToolDeclaration, ...]:
        """The tools that the row declares."""
        return tuple(self._form.tools(self.object))

    @lazy
    def label(self) -> JsonValue:
        """The label of classification and KTO data."""
        return self._form.label(self.object)

    @property
    def text(self) -> str | None:
        """All there is to plain text; None for other formats."""
        return self.messages[0].text if self.format is DataFormat.TEXT and self.messages else None

    @lazy
    def said(self) -> tuple[Message, ...]:
        """Every message there is: the conversation, and both sides of preference data."""
        return (*self.messages, *(message for side in self.sides for message in side.messages))

    @lazy
    def media(self) -> dict[str, JsonValue]:
        """Columns of pictures, films and sounds beside the texts, which are seen or heard with them."""
        return {key: value for key, value in self.object.items() if key in MEDIA_COLUMNS and value}

    @lazy
    def shape_problems(self) -> tuple[ShapeProblem, ...]:
        """In what the row differs from the shape of its format."""
        if self.plain is not None or self.orderly is not None:
            return ()
        return formats.of(self.format).problems(self.object)

    @lazy
    def other_format(self) -> DataFormat | None:
        """The format of a row that is not of its own format, but of another one."""
        hard = [one for one in self.shape_problems if one.flaw is not Flaw.UNKNOWN]
        if not hard:
            return None
        other = guess(self.object)
        if other is None or other is self.format:
            return None
        is_alien = any(one.flaw is Flaw.MISSING and not one.path for one in hard)
        return other if is_alien or formats.of(other).is_complete(self.object) else None

    def flaws(self, flaw: Flaw) -> list[ShapeProblem]:
        """Problems of one kind; none when the row is of another format, which is one problem, or no object."""
        found = [one for one in self.shape_problems if one.flaw is flaw]
        return found if found and isinstance(self.value, dict) and self.other_format is None else []

    @lazy
    def is_sound(self) -> bool:
        """True when the row has the shape of its format, and all roles are known."""
        if self.plain is not None or self.orderly is not None:
            return True
        return not self.unknown_roles and all(one.flaw is Flaw.UNKNOWN for one in self.shape_problems)

    @lazy
    def unknown_roles(self) -> dict[str, str]:
        """Roles that the format of the row does not know, as they are written, and the path of the first of each."""
        found: dict[str, str] = {}
        roles = self._form.roles
        is_canonical = roles is CANONICAL_ROLES
        for message in self.said:
            if message.at_role:
                role = message.role if is_canonical else message.written_role
                if role is not None and role not in roles:
                    found.setdefault(role, message.at_role)
        return found

    @lazy
    def traits(self) -> frozenset[Trait]:
        """What the row has that most rows have not."""
        if self.plain is not None:
            return frozenset()
        found = traits_of(
            self.said,
            has_tools=bool(self.tools) or not self.object.keys().isdisjoint(("tools", "functions")),
            is_preference=bool(self.sides),
            has_label=self.label is not None,
        )
        return found | {Trait.WEIGHTS} if "weight" in self.object else found

    @lazy
    def answer(self) -> int | None:
        """Index of the last message when it is a trained answer to something, else None.

        What a row only judges (KTO) or compares (preferences) is no answer that it gives.
        """
        last = len(self.messages) - 1
        if self.orderly is not None:
            return last
        if last < 1 or self.sides or isinstance(self.label, bool) or not self.is_sound:
            return None
        return last if self.messages[last].is_trained else None

    @lazy
    def prompt_sketch(self) -> bytes | None:
        """16 bytes, equal for rows with the same prompt, from two of its texts. None without an answer.

        They are what a user said last, and what else was said last: results of tools are alike in many rows.
        """
        if self.plain is not None:
            spoken, texts = self.plain.roles, self.plain.texts[:-1]
        elif self.answer is not None:
            spoken = tuple([message.role or "" for message in self.messages[: self.answer + 1]])
            texts = tuple([message.text for message in self.messages[: self.answer]])
        else:
            return None
        if not texts:
            return None
        asked = len(texts) - 1
        if spoken[asked] != "user" and "user" in spoken:
            asked -= spoken[asked::-1].index("user")
        other = asked - 1 if asked == len(texts) - 1 else -1
        said = ends(texts[other] if len(texts) > 1 else "", texts[asked])
        return xxhash.xxh3_128_digest(" ".join(spoken).encode() + b"\x1e" + said)
