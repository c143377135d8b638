"""One honest stand-in per port: in memory, deterministic, and strict about what the real one is strict about."""

import hashlib
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import anyio
import anyio.lowlevel
import jinja2
import jinja2.sandbox
import msgspec

from mist_ci.adapters.executors import child
from mist_ci.adapters.executors.conversations import chat_job, chat_line, chat_rendered, encode
from mist_ci.adapters.tables import table_rows
from mist_ci.adapters.targets import TargetFiles
from mist_ci.errors import Code, ConfigError, CouldNotRun, UsageError, Where
from mist_ci.models.attempt import Attempt
from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.config import Provider
from mist_ci.models.iteration import Iteration, IterationLog
from mist_ci.models.message import Payload, TraceSpan, payload_bytes
from mist_ci.models.output import RequestIdentity, StoredAnswer
from mist_ci.models.plan import Change, ChangeKind, Event
from mist_ci.models.pull_request import CommitState, PostedStatus, PullRequest, RunOrder
from mist_ci.models.report import Status
from mist_ci.models.suite import ChatMessage
from mist_ci.models.usage import WHOLE, Cost, CostBasis, TokenParts
from mist_ci.parsing.glob import matches
from mist_ci.ports import World
from mist_ci.ports.code_host import CommentOutcome, Pending, Ruleset
from mist_ci.ports.datasets import Datasets, WantedData
from mist_ci.ports.executor import ChatRendered, Conversation, Dialect, Rendered
from mist_ci.ports.files import NoFiles, Tree
from mist_ci.ports.interrupts import Interrupts, NoInterrupts
from mist_ci.ports.iterations import IterationStore, NoIterations
from mist_ci.ports.label_judge import Doubt
from mist_ci.ports.ledger import KeptLedger
from mist_ci.ports.model_client import Completion, ModelClient, NoAnswer, Request
from mist_ci.ports.outputs import NoOutputs, OutputStore
from mist_ci.ports.programs import NoPrograms, Program, Programs, Ran
from mist_ci.ports.results import ResultStore
from mist_ci.ports.sources import BytesSource, Opened
from mist_ci.ports.targets import Targets


@dataclass(frozen=True)
class Link:
    """A symbolic link in a commit: it has a name, and no content that may be read."""


Content = str | bytes | Link
Commit = Mapping[str, Content]


class MemoryTree:
    """The files of one commit."""

    def __init__(self, files: Commit, label: str = "head (0000000)") -> None:
        self._files = files
        self._label = label

    @property
    def label(self) -> str:
        return self._label

    def paths(self) -> Sequence[str]:
        return sorted(path for path, content in self._files.items() if not isinstance(content, Link))

    def irregular(self) -> Sequence[str]:
        return sorted(path for path, content in self._files.items() if isinstance(content, Link))

    def exists(self, path: str) -> bool:
        return path in self._files

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise ConfigError(Code.FILE_MISSING, f"not in {self._label}", where=Where(path))
        content = self._files[path]
        if isinstance(content, Link):
            message = f"a symbolic link in {self._label}; only regular files are read"
            raise ConfigError(Code.UNSAFE_PATH, message, where=Where(path))
        return content.encode() if isinstance(content, str) else content

    def copy(self, path: str, write: Callable[[bytes], object]) -> None:
        write(self.read(path))

    def read_table(self, path: str) -> Sequence[str]:
        return table_rows(self.read(path), path)


@dataclass
class MemoryFiles:
    """A repository with three commits: where the branches parted, the tip of base, and head."""

    base: Commit
    head: Commit
    merge_base: Commit | None = None
    base_ref: str = "main"
    default: Commit | None = None
    """The default branch, where base is another one."""

    tags: Mapping[str, Commit] = field(default_factory=dict)
    """Commits by full ref."""

    head_sha: str = "c" * 40

    def _commits(self) -> dict[str, Commit]:
        parted = self.base if self.merge_base is None else self.merge_base
        known = {"b" * 40: self.base, self.head_sha: self.head, "a" * 40: parted}
        known |= {f"{number:040}": commit for number, commit in enumerate(self.tags.values())}
        return known if self.default is None else {**known, "d" * 40: self.default}

    def event(self, base: str, head: str) -> Event:
        for name in (base, head):
            if name not in (self.base_ref, "head"):
                raise UsageError(Code.UNKNOWN_REVISION, f"no commit is named {name!r} here")
        return Event(name="local", base_ref=base, base="b" * 40, head=self.head_sha, merge_base="a" * 40)

    def commit(self, revision: str) -> str:
        if revision not in self.tags:
            raise UsageError(Code.UNKNOWN_REVISION, f"no commit is named {revision!r} here")
        return f"{list(self.tags).index(revision):040}"

    def tree(self, revision: str, label: str) -> Tree:
        return MemoryTree(self._commits()[revision], f"{label} ({revision[:7]})")

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        before, after = self._commits()[old], self._commits()[new]
        return changes_between(before, after)


def changes_between(before: Commit, after: Commit) -> tuple[Change, ...]:
    def kind(path: str) -> ChangeKind:
        if path not in before:
            return ChangeKind.ADDED
        return ChangeKind.MODIFIED if path in after else ChangeKind.DELETED

    differing = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    return tuple(Change(path=path, kind=kind(path)) for path in differing)


Answer = str | Completion | NoAnswer | Exception
AnswerFunction = Callable[[str, Sequence[ChatMessage]], Answer]


def never(model: str, messages: Sequence[ChatMessage]) -> Answer:
    """A model that must not be asked."""
    raise AssertionError(f"{model} was asked {messages[-1].content!r}, and nothing should be asked here")


def completion(text: str, **changes: object) -> Completion:
    values: dict[str, object] = {
        "text": text,
        "finish_reason": "stop",
        "tokens_in": 10,
        "tokens_out": 2,
        "fingerprint": "fp",
    }
    return Completion(**(values | changes))  # type: ignore[arg-type]


@dataclass
class FakeModels:
    """Answers with a function; text is an answer of 10 tokens in and 2 out, an exception is raised."""

    answer: AnswerFunction = never
    keys_missing: frozenset[str] = frozenset()
    asked: list[Request] = field(default_factory=list)
    in_flight: Counter[str] = field(default_factory=Counter)
    most_in_flight: Counter[str] = field(default_factory=Counter)
    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def open(self, name: str, provider: Provider) -> ModelClient:
        if name in self.keys_missing:
            raise CouldNotRun(Code.KEY_MISSING, f"provider {name} takes its key from {provider.key_env}")
        self.opened.append(name)
        return _FakeClient(self, name)

    def open_embedder(self, name: str, provider: Provider) -> ModelClient:
        return self.open(f"{name} embeddings", provider)


class _FakeClient:
    def __init__(self, models: FakeModels, name: str) -> None:
        self._models = models
        self._name = name

    async def complete(self, request: Request) -> Completion | NoAnswer:
        models, name = self._models, self._name
        models.asked.append(request)
        models.in_flight[name] += 1
        models.most_in_flight[name] = max(models.most_in_flight[name], models.in_flight[name])
        try:
            for _ in range(3):  # a while, so that others get their turn
                await anyio.lowlevel.checkpoint()
            answer = models.answer(request.model, request.messages)
        finally:
            models.in_flight[name] -= 1
        if isinstance(answer, Exception):
            raise answer
        return completion(answer) if isinstance(answer, str) else answer

    async def aclose(self) -> None:
        self._models.closed.append(self._name)


@dataclass
class FakePrograms:
    """Answers with a function of what a program is sent."""

    answer: Callable[[bytes], Ran]
    asked: list[tuple[Program, bytes]] = field(default_factory=list)

    async def run(self, program: Program, text: bytes) -> Ran:
        self.asked.append((program, text))
        return self.answer(text)


class WordCounter:
    """A token is a word."""

    def basis(self, model: str) -> str:
        return f"words of {model}"

    def count(self, text: str, model: str) -> int:
        del model
        return len(text.split())

    def count_many(self, texts: Sequence[str], model: str) -> list[int]:
        return [self.count(text, model) for text in texts]


class VotingJudge:
    """Every word votes for the labels that it is seen with; sure when nine of ten words of a row disagree."""

    def doubts(self, rows: Iterable[tuple[str, str]]) -> list[Doubt]:
        read = [(text.split(), label) for text, label in rows]
        seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for words, label in read:
            for word in words:
                seen[word][label] += 1
        found = []
        for position, (words, label) in enumerate(read):
            votes: Counter[str] = Counter()
            for word in words:
                votes.update(seen[word])
            best, count = max(sorted(votes.items()), key=lambda one: one[1], default=(label, 0))
            if best != label and count >= 0.9 * votes.total():
                found.append(Doubt(position, best, count / votes.total(), votes[label] / votes.total()))
        return found


class PolicyPrices:
    """The policy's own prices, of the usual tier, and nobody knows any other."""

    def cost(
        self,
        provider: Provider,
        model: str,
        tokens_in: int,
        tokens_out: int,
        on: date,
        parts: TokenParts = WHOLE,
    ) -> Cost:
        del model, on
        prices = provider.prices
        if prices is None or parts.tier:
            return Cost(usd=None, basis=CostBasis.UNKNOWN)
        usd = (prices.input_per_mtok * tokens_in + prices.output_per_mtok * tokens_out) / Decimal(1_000_000)
        return Cost(usd=usd, basis=CostBasis.POLICY, as_of=prices.as_of)


@dataclass
class MemoryStore:
    """What one run left behind. A disk that is full after some attempts refuses the next one."""

    run_id: str
    full_after: int | None = None
    attempts: list[Attempt] = field(default_factory=list)
    messages: defaultdict[str, list[Payload]] = field(default_factory=lambda: defaultdict(list))
    traced: list[bytes] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str:
        return f"memory/{self.run_id}"

    @property
    def tree(self) -> list[TraceSpan]:
        """The spans that were written."""
        return spans_in(b"".join(self.traced))

    def record(self, attempt: Attempt) -> None:
        if self.full_after is not None and len(self.attempts) >= self.full_after:
            raise CouldNotRun(Code.CANNOT_WRITE, "no space left on device")
        msgspec.json.encode(attempt)  # the real one writes it down
        self.attempts.append(attempt)

    def message(self, kind: str, payload: Payload) -> None:
        self.messages[kind].append(payload)

    def spans(self, lines: bytes) -> None:
        self.traced.append(lines)

    def save(self, name: str, text: str) -> None:
        self.saved[name] = text


def spans_in(lines: bytes) -> list[TraceSpan]:
    """The spans of a trace."""
    return [TraceSpan.model_validate_json(payload_bytes(line)) for line in lines.splitlines()]


@dataclass
class MemoryStores:
    """One store per run; a run id is used once."""

    full_after: int | None = None
    stores: dict[str, MemoryStore] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)

    def create(self, run_id: str) -> ResultStore:
        if run_id in self.stores:
            raise CouldNotRun(Code.CANNOT_WRITE, "file exists", where=Where(run_id))
        self.stores[run_id] = MemoryStore(run_id, self.full_after)
        return self.stores[run_id]

    def save(self, name: str, text: str) -> str:
        self.saved[name] = text
        return f"memory/{name}"

    @property
    def only(self) -> MemoryStore:
        (store,) = self.stores.values()
        return store


@dataclass
class MemoryOutputs:
    """Answers of earlier runs. What this run is told waits in `kept` until `next_run`."""

    may_write: bool = True
    stored: dict[str, tuple[RequestIdentity, StoredAnswer]] = field(default_factory=dict)
    """Key → the answer that counts."""
    kept: list[tuple[RequestIdentity, StoredAnswer]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def keeps(self) -> bool:
        return self.may_write

    def get(self, identity: RequestIdentity, not_before: datetime | None = None) -> StoredAnswer | None:
        asked, answer = self.stored.get(identity.key, (None, None))
        if asked != identity or answer is None:
            return None
        return None if not_before is not None and answer.written < not_before else answer

    def put(self, identity: RequestIdentity, answer: StoredAnswer) -> None:
        if self.may_write:
            self.kept.append((identity, answer))

    def take_notices(self) -> tuple[str, ...]:
        taken, self.notices = tuple(self.notices), []
        return taken

    def next_run(self, may_write: bool = True) -> "MemoryOutputs":
        stored = dict(self.stored)
        for identity, answer in self.kept:
            if answer.renewed or identity.key not in stored:
                stored[identity.key] = (identity, answer)
        return MemoryOutputs(may_write, stored)


@dataclass
class MemoryIterations:
    """What runs have found out; a place that is broken keeps nothing."""

    kept: list[Iteration] = field(default_factory=list)
    is_broken: bool = False

    def append(self, iterations: Sequence[Iteration]) -> None:
        if self.is_broken:
            raise CouldNotRun(Code.HISTORY, "cannot be written: no space left on device")
        self.kept += iterations

    def read(self) -> IterationLog:
        return IterationLog(
            iterations=tuple(sorted(self.kept, key=lambda one: (one.when, one.run_id, one.model)))
        )


@dataclass
class InlineExecutor:
    """Really renders, in this process; remembers the contexts it was given."""

    contexts: list[Mapping[str, object]] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)

    def render_chat(
        self, template: ChatTemplate, conversations: Iterable[Conversation], now: datetime
    ) -> Iterator[ChatRendered]:
        """With the child's own functions, and what its parent does before and after."""
        job = json.loads(encode(chat_job(template, now)))
        child.Written.now = datetime.fromisoformat(job["now"])
        environment = child.chat_environment()
        texts = [text for text in (template.text, template.tool_text) if text is not None]
        templates = [child._read(environment, text) for text in texts]
        for conversation in conversations:
            self.conversations.append(conversation)
            row = json.loads(chat_line(conversation, template.behaviour))
            yield chat_rendered(template, json.loads(json.dumps(child._answer(job, templates, row, 1 << 20))))

    def render(
        self, template: str, contexts: Sequence[Mapping[str, object]], dialect: Dialect
    ) -> tuple[Rendered, ...]:
        self.contexts += contexts
        undefined = jinja2.StrictUndefined if dialect is Dialect.PROMPT else jinja2.Undefined
        environment = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=undefined)
        return tuple(self._one(environment, template, context) for context in contexts)

    def _one(self, environment: jinja2.Environment, template: str, context: Mapping[str, object]) -> Rendered:
        try:
            return Rendered(environment.from_string(template).render(context))
        except (jinja2.TemplateError, TypeError) as error:
            return Rendered(None, str(error))


class TickingClock:
    """A millisecond passes whenever somebody looks; ids count up."""

    def __init__(self, start: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._ticks = itertools.count()
        self._ids = itertools.count(1)

    def now(self) -> datetime:
        return self._start + timedelta(milliseconds=next(self._ticks))

    def now_ns(self) -> int:
        return int(self._start.timestamp()) * 10**9 + next(self._ticks) * 10**6

    def unique(self) -> str:
        # The first characters must differ: a run id is made of them.
        return f"{next(self._ids):08x}".ljust(32, "0")


@dataclass
class RecordedProgress:
    """Remembers what it was told."""

    told: list[tuple[str, int | str]] = field(default_factory=list)
    detail: Callable[[], str] = str

    def start(self, label: str, total: int, detail: Callable[[], str] | None = None) -> None:
        self.detail = detail or str
        self.told.append((f"start {label}", total))

    def advance(self, steps: int = 1) -> None:
        self.told.append(("advance", steps))

    def waits(self, text: str) -> None:
        self.told.append(("waits", text))

    def finish(self) -> None:
        self.told.append(("finish", 0))

    def say(self, text: str) -> None:
        self.told.append(("say", text))

    def steps(self) -> int:
        return sum(steps for name, steps in self.told if name == "advance" and isinstance(steps, int))


@dataclass
class SignalDuring:
    """A signal arrives while somebody watches, as soon as `when` says so."""

    when: Callable[[], bool]

    def watched(self) -> AbstractContextManager[Callable[[], bool]]:
        return nullcontext(self.when)


@dataclass
class MemoryDatasets:
    """JSON Lines in a tree, and objects by their address: one that is not there was not verified."""

    objects: Mapping[str, bytes] = field(default_factory=dict)
    opened: list[WantedData] = field(default_factory=list)

    @contextmanager
    def open(self, wanted: WantedData) -> Iterator[Sequence[Opened]]:
        self.opened.append(wanted)
        if (uri := wanted.dataset.uri) is not None:
            content = self.objects.get(uri)
            if content is None or hashlib.sha256(content).hexdigest() != wanted.dataset.sha256:
                raise CouldNotRun(Code.DATA_UNVERIFIED, "what lies there is something else", where=Where(uri))
            yield (BytesSource(uri, content),)
        else:
            tree, pattern = wanted.tree, wanted.dataset.path or ""
            yield tuple(BytesSource(path, tree.read(path)) for path in tree.paths() if matches(pattern, path))


def world(
    *,
    files: MemoryFiles | None = None,
    models: FakeModels | None = None,
    results: MemoryStores | None = None,
    executor: InlineExecutor | None = None,
    progress: RecordedProgress | None = None,
    interrupts: Interrupts | None = None,
    outputs: OutputStore | None = None,
    iterations: IterationStore | None = None,
    clock: TickingClock | None = None,
    datasets: Datasets | None = None,
    targets: Targets | None = None,
    shipped: Tree | None = None,
    programs: Programs | None = None,
    ledger: KeptLedger | None = None,
) -> World:
    """A world of fakes. Unless a test brings its own models, asking one fails the test."""
    return World(
        files=files or MemoryFiles({}, {}),
        models=models or FakeModels(),
        tokens=WordCounter(),
        prices=PolicyPrices(),
        results=results or MemoryStores(),
        executor=executor or InlineExecutor(),
        clock=clock or TickingClock(),
        progress=progress or RecordedProgress(),
        datasets=datasets or MemoryDatasets(),
        interrupts=interrupts or NoInterrupts(),
        outputs=outputs or NoOutputs(),
        iterations=iterations or NoIterations(),
        targets=targets or TargetFiles(),
        shipped=shipped or NoFiles(),
        programs=programs or NoPrograms(),
        ledger=ledger,
    )


def jsonl(rows: Iterable[str]) -> str:
    """Lines of a file."""
    return "".join(f"{row}\n" for row in rows)


@dataclass
class FakeHost:
    """A code host in memory, in the name of `me`. `refuses` names kinds of requests that fail."""

    me: str = "github-actions[bot]"
    refuses: frozenset[str] = frozenset()
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    merged: dict[str, list[PullRequest]] = field(default_factory=dict)
    listed: bool = True
    """False: the listing of pull requests is behind, and does not have them yet."""
    posted: list[tuple[str, PostedStatus]] = field(default_factory=list)
    comments: dict[tuple[int, str], str] = field(default_factory=dict)
    longest: int = 65_536
    outcome: CommentOutcome | None = None
    """What becomes of every comment; None: it is written."""
    rules: list[Ruleset] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)
    """When a status is set."""
    earlier: int = 0
    """How many statuses of each context nobody remembers."""

    def login(self) -> str:
        self._asked("login")
        return self.me

    def set_status(
        self,
        sha: str,
        status: Status | Pending,
        target_url: str | None = None,
        is_still_wanted: Callable[[], bool] | None = None,
    ) -> None:
        del is_still_wanted
        self._asked("status")
        state = CommitState.PENDING if isinstance(status, Pending) else CommitState(status.state.value)
        self.posted.append(
            (
                sha,
                PostedStatus(
                    context=status.context,
                    state=state,
                    description=status.description,
                    target_url=target_url,
                    creator=self.me,
                    created_at=self.now,
                ),
            )
        )

    def statuses(self, sha: str) -> tuple[PostedStatus, ...]:
        self._asked("statuses")
        mine = [status for commit, status in self.posted if commit == sha]
        newest = {status.context.lower(): status for status in mine}
        times = Counter(status.context.lower() for status in mine)
        return tuple(
            newest[context].model_copy(update={"times": times[context] + self.earlier})
            for context in sorted(newest)
        )

    def pull_request(self, number: int) -> PullRequest:
        return self.pulls[number]

    def open_pull_requests(self, head_sha: str) -> tuple[PullRequest, ...]:
        self._asked("pulls")
        found = [pull for pull in self.pulls.values() if pull.is_open and pull.head_sha == head_sha]
        return tuple(found) if self.listed else ()

    def merged_pull_requests(self, sha: str) -> tuple[PullRequest, ...]:
        self._asked("merged")
        return tuple(self.merged.get(sha, ()))

    def own_comment(self, pull_number: int, gate: str) -> str | None:
        return self.comments.get((pull_number, gate))

    def upsert_comment(self, pull_number: int, gate: str, body: str, order: RunOrder) -> CommentOutcome:
        self._asked("comment")
        assert order.attempt >= 1
        if self.outcome is not None:
            return self.outcome
        if len(body) > self.longest:
            return CommentOutcome.TOO_LONG
        self.comments[pull_number, gate] = body
        return CommentOutcome.CREATED

    def rulesets(self) -> Sequence[Ruleset]:
        return self.rules

    def create_ruleset(self, ruleset: Ruleset) -> Ruleset:
        self.rules.append(ruleset)
        return ruleset

    def update_ruleset(self, ruleset: Ruleset) -> Ruleset:
        self.rules = [ruleset if one.id == ruleset.id else one for one in self.rules]
        return ruleset

    def told(self) -> list[str]:
        """Every status as it was posted: `context state: description`."""
        return [f"{one.context} {one.state}: {one.description}" for _, one in self.posted]

    def _asked(self, kind: str) -> None:
        if kind in self.refuses:
            raise CouldNotRun(Code.CODE_HOST, f"GitHub did not do it: {kind}")


@dataclass
class FakeRunner:
    """What the runner was given."""

    summaries: list[str] = field(default_factory=list)
    annotations: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def summary(self, markdown: str) -> None:
        self.summaries.append(markdown)

    def annotate(self, commands: Sequence[str]) -> None:
        self.annotations += commands

    def outputs(self, values: Mapping[str, str]) -> None:
        self.values |= values


@dataclass
class FakeHistory:
    """A remote that has what `knows` says: name → the name by which MemoryFiles has it."""

    knows: Mapping[str, str]

    def fetch(self, wanted: Sequence[str]) -> tuple[str, ...]:
        for name in wanted:
            if name not in self.knows:
                raise UsageError(Code.UNKNOWN_REVISION, f"the remote does not have {name}")
        return tuple(self.knows[name] for name in wanted)
