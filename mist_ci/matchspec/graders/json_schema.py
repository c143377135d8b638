"""json_schema: the answer is JSON that fits a schema."""

from typing import ClassVar

from pydantic import ConfigDict, Field, JsonValue, field_validator

from mist_ci.matchspec.graders import json_text, schemas
from mist_ci.matchspec.graders.grader import CannotGrade, Example, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import GraderOptions, Sample

_CITY: GraderOptions = {
    "type": "object",
    "required": ["city"],
    "properties": {"city": {"type": "string"}},
}


class JsonSchema(Grader):
    """1 when the answer is JSON that fits a JSON Schema, else 0.

    The schema stands in `expected`, or once for all samples in the option `schema`. Its draft is the one that its
    `$schema` names, else 2020-12. A `$ref` may point into the same schema; nothing is fetched. A schema that refers to
    itself, and a pattern with lookarounds or back-references, are refused when the suite is loaded.
    """

    name: ClassVar[str] = "json_schema"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example('{"city": "Paris"}', _CITY, 1),
        Example('{"city": "Paris", "mayor": null}', _CITY, 1),
        Example('{"town": "Paris"}', _CITY, 0),
        Example('{"city": 5}', _CITY, 0),
        Example("Paris", _CITY, 0),
        Example('```json\n{"city": "Paris"}\n```', _CITY, 1, {"fenced": True}),
        Example("[1, 2]", None, 1, {"schema": {"type": "array", "items": {"type": "integer"}}}),
    )
    model_config = ConfigDict(validate_by_name=True)

    schema_: dict[str, JsonValue] | None = Field(default=None, alias="schema")
    """One schema for all samples; `expected` is then not looked at."""
    fenced: bool = False
    """Also takes the JSON out of the answer's only fenced block (three backticks)."""

    @field_validator("schema_")
    @classmethod
    def _is_a_schema(cls, schema: GraderOptions | None) -> GraderOptions | None:
        if schema is not None:
            schemas.compiled(schema)
        return schema

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> JsonSchema().score('{"a": 1}', {"required": ["a"]})
        1.0
        """
        schema = schemas.compiled(sample.expected if self.schema_ is None else self.schema_)
        try:
            value = json_text.read(answer.text, fenced=self.fenced)
        except json_text.NotJson:
            return 0.0
        if schema.parts * len(answer.text) > schemas.MOST_WORK:
            raise CannotGrade(f"the answer is too long for its schema: {len(answer.text):,} characters")
        return float(schema.validator.is_valid(value))

    def refuse(self, sample: Sample) -> str | None:
        """Without the option, the expectation must be a schema."""
        if self.schema_ is not None:
            return None
        if not isinstance(sample.expected, dict):
            return "expected must be a JSON Schema, or give the option `schema`"
        try:
            schemas.compiled(sample.expected)
        except schemas.BadSchema as error:
            return f"expected {error}"
        return None
