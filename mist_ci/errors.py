"""Everything that stops a run, as one small tree.

    MistError               could not do what was asked; carries code, message, where, hint
    ├── ConfigError         a policy, suite or reference file is wrong                      exit 2
    ├── UsageError          the command line asks for something that does not exist         exit 2
    └── CouldNotRun         nothing is wrong with the files, but there is no evidence       exit 3

Three kinds are never mixed: a Finding says that data is bad, a Verdict says what was decided, and a
MistError says that nothing could be decided. The first two are values; only the last one is raised.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """What the process returns; the same for every command."""

    PASSED = 0
    FAILED = 1
    CONFIG = 2
    COULD_NOT_RUN = 3
    INTERRUPTED = 130


class Code(StrEnum):
    """Stable error codes. A code is never reused; `mist-ci explain CODE` prints its meaning."""

    FILE_MISSING = "MC101"
    SYNTAX = "MC102"
    UNKNOWN_KEY = "MC103"
    WRONG_VALUE = "MC104"
    MISSING_KEY = "MC105"
    UNKNOWN_NAME = "MC106"
    NOT_AVAILABLE = "MC107"
    DUPLICATE = "MC108"
    UNSAFE_DOCUMENT = "MC109"
    BAD_SAMPLE = "MC110"
    UNSAFE_PATH = "MC111"
    BAD_RESULTS = "MC113"
    BAD_TRACE = "MC115"
    USAGE = "MC201"
    NO_REPOSITORY = "MC202"
    UNKNOWN_REVISION = "MC203"
    FILE_EXISTS = "MC204"
    EXTRA_MISSING = "MC205"
    SERVER_GONE = "MC301"
    KEY_MISSING = "MC302"
    PROVIDER_REFUSED = "MC303"
    CHILD_FAILED = "MC304"
    DATA_UNVERIFIED = "MC305"
    UNPRICED = "MC306"
    NOT_COMPARABLE = "MC307"
    GIT_FAILED = "MC308"
    CANNOT_WRITE = "MC309"
    CORRUPT_ASSET = "MC310"
    CANCELLED = "MC311"
    NEEDS_APPROVAL = "MC312"
    JUDGE_UNCHECKED = "MC313"
    OUT_OF_TIME = "MC314"
    CODE_HOST = "MC320"
    HISTORY = "MC321"
    EXPORT = "MC323"
    LEDGER = "MC324"
    INTERNAL = "MC900"


EXPLANATIONS: dict[Code, str] = {
    Code.FILE_MISSING: "A file that another file names, or that the command needs, is not there. "
    "Base files are read from the tip of the base branch, head files from the head commit: commit it.",
    Code.SYNTAX: "The file is not valid YAML (or JSON). The line and column are where the parser gave up; "
    "the cause is often on the line above.",
    Code.UNKNOWN_KEY: "A key that MIST CI does not know. Keys are never ignored: a misspelt `margin` "
    "would otherwise switch a check off in silence.",
    Code.WRONG_VALUE: "The key is right, its value is not: wrong type, out of range, or not one of the names allowed.",
    Code.MISSING_KEY: "A required key is absent.",
    Code.UNKNOWN_NAME: "A name refers to something that nobody defines: a provider, a model, a gate, "
    "a suite or a target.",
    Code.NOT_AVAILABLE: "The format has this setting, this version of MIST CI does not act on it yet. "
    "It is refused instead of ignored, so that nobody relies on it.",
    Code.DUPLICATE: "Two things carry the same name, key or content where one is needed.",
    Code.UNSAFE_DOCUMENT: "The file uses what a configuration file has no need of and attackers like: "
    "aliases, anchors, tags, very deep nesting, or more than a mebibyte.",
    Code.BAD_SAMPLE: "A sample of a suite cannot be used: no input, no expectation its grader understands, "
    "or a template variable that it does not define.",
    Code.UNSAFE_PATH: "A path leaves the repository, is absolute, or is a symbolic link or submodule. "
    "Content of a pull request is read as git blobs only.",
    Code.BAD_RESULTS: "A file of results cannot be used: it is none that any importer understands, its version is one "
    "that nobody has looked at yet, or a score in it is no number from 0 to 1. Results are never guessed at.",
    Code.BAD_TRACE: "What a trainer left behind, or a ledger, cannot be used: a format that nobody knows, a field that "
    "is not there, a negative count, amounts in two currencies, or a job that has not finished. Costs are never "
    "guessed at.",
    Code.USAGE: "The command line is not complete or contradicts itself. `--help` shows examples.",
    Code.NO_REPOSITORY: "The gate compares two commits, so it must run inside a git repository.",
    Code.UNKNOWN_REVISION: "The revision is not in this clone. In CI the usual cause is a shallow clone: "
    "fetch it first.",
    Code.FILE_EXISTS: "`init` never overwrites. Move the file away or choose another directory.",
    Code.EXTRA_MISSING: "The command needs a package that comes with an extra of mist-ci, and it is not installed. "
    "Extras keep out of every job what only some people use.",
    Code.SERVER_GONE: "The model server stopped answering, or never answered, after several retries. "
    "Answers that were already paid for are kept in the results directory.",
    Code.KEY_MISSING: "The policy names an environment variable for the API key, and it is not set here. "
    "Where the server wants no key, take `key_env` out of the provider.",
    Code.PROVIDER_REFUSED: "The provider answered, and refused: wrong key, unknown model, or a request that it "
    "does not accept. "
    "Retrying would not help.",
    Code.CHILD_FAILED: "Templates run in an isolated child process with limits on time and memory; "
    "the child could not start, or died on these inputs.",
    Code.DATA_UNVERIFIED: "Required training data could not be read (a Git LFS pointer, for example), "
    "so nobody knows whether it is good.",
    Code.UNPRICED: "A budget is set, and the price of a model, of an earlier run or of a training is unknown, or the "
    "tokens of an answer are. Unknown is not $0: add `prices` to the provider in mist.yml.",
    Code.NOT_COMPARABLE: "Base and head did not answer enough of the same samples under the same settings "
    "to be compared, or the anchor that head is to be held against as well does not exist.",
    Code.GIT_FAILED: "git itself reported an error.",
    Code.CANNOT_WRITE: "The results directory cannot be written.",
    Code.CORRUPT_ASSET: "A file that ships with MIST CI does not have the expected checksum. Install it again.",
    Code.CANCELLED: "The run was stopped from outside before it could decide. "
    "Answers that were already paid for are kept in the results directory.",
    Code.NEEDS_APPROVAL: "Judging the change means calls that somebody pays for, and this job may not spend: "
    "it comes from a fork, or the job has `spend: none`. What costs nothing was done. For a fork, a maintainer "
    "approves the job behind the protected environment, and that job judges it.",
    Code.JUDGE_UNCHECKED: "A suite that has to be decided (required, critical, or one that must improve) is judged by "
    "a model that nobody has held against people, or that agrees too little with them. Until mist-judges.json on the "
    "base branch says otherwise, such a suite is advisory: nothing is decided. docs/judge.md says how to check it.",
    Code.OUT_OF_TIME: "A provider's `limits.total_s` was over before everything was asked. Nothing is decided. "
    "Answers that were already paid for are kept in the results directory, and in --outputs for the next run.",
    Code.CODE_HOST: "The code host (GitHub) refused a request, or did not answer after several retries. "
    "The usual cause is a permission that the job does not have: `statuses: write` and `pull-requests: write`; "
    "the token of a pull request from a fork never has them.",
    Code.HISTORY: "The history of judged models (a directory, or refs/mist/results) cannot be read or added to. "
    "No verdict depends on it: a gate that could not add to it says so and keeps its exit code.",
    Code.EXPORT: "The server that spans are exported to refused them, or did not answer after several retries. "
    "The ledger is as it was: run the export again.",
    Code.LEDGER: "The ledger of earlier runs (--ledger) is damaged: lines are broken, or sums in it do not agree. "
    "Budgets of pull requests and months are held against it, and what nobody can read is not $0.",
    Code.INTERNAL: "A bug in MIST CI. The gate says error, never pass. Please report it with the output of --debug.",
}


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file. `line` and `column` count from 1; `field` is a path such as `messages[1].role`."""

    file: str
    line: int | None = None
    column: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        """`file:line:column: field`, leaving out what is not known."""
        position = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{position}: {self.field}" if self.field else position


class MistError(Exception):
    """Could not do what was asked. Printed as one message, never as a traceback."""

    exit_code = ExitCode.COULD_NOT_RUN

    def __init__(
        self, code: Code, message: str, *, where: Where | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """One line: code, place and reason."""
        place = f"{self.where}: " if self.where else ""
        return f"{self.code} {place}{self.message}"


class ConfigError(MistError):
    """A policy, suite or reference file is wrong; the hint says what to write instead."""

    exit_code = ExitCode.CONFIG


class UsageError(MistError):
    """The command line asks for something that does not exist or makes no sense."""

    exit_code = ExitCode.CONFIG


class CouldNotRun(MistError):
    """There is no evidence to decide on. Never a pass, never a quality failure."""


def cancelled(kept: str = "") -> CouldNotRun:
    """The run was stopped by a signal: Ctrl-C, or a CI job that ends. `kept` says what is left of it."""
    hint = f"{kept}; run it again" if kept else "run it again"
    return CouldNotRun(Code.CANCELLED, "the run was stopped from outside", hint=hint)


def needs_approval() -> CouldNotRun:
    """Models would have to be asked, and this job may not spend."""
    message = "waiting for approval: models have to be asked, and this job may not spend for this change"
    hint = "a maintainer looks at it, and approves the job that waits for the protected environment (`spend: all`)"
    return CouldNotRun(Code.NEEDS_APPROVAL, message, hint=hint)


def unexpected(error: Exception) -> CouldNotRun:
    """A bug of ours, as an error like the others."""
    message = f"unexpected {type(error).__name__}: {error}"
    hint = "run it again with `mist-ci --debug …`, and report what it prints"
    return CouldNotRun(Code.INTERNAL, message, hint=hint)
