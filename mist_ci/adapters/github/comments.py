"""One sticky comment per gate, also when several runs write at once.

GitHub has no "write if unchanged". So a run looks, writes, and looks again, until a look shows that the newest
comment of ours is its own or that of a newer run, and that there is no other one. Comments carry the order of
their run on line 1 (`marker`). Two runs that both create one both see both afterwards, and agree on which stays.

What remains: an older run looks, a newer one writes and has its last look, and only then the older one's write
arrives. It looked directly before it wrote and never repeats a write without looking, so its one request must be
under way for longer than `settle_s`, which the newer one waits before its last look. The verdict is in the status
and does not depend on this.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mist_ci.adapters.github import marker
from mist_ci.adapters.github.client import Client, Refused
from mist_ci.adapters.github.marker import Marker
from mist_ci.adapters.github.own_comments import GONE, OwnComment, OwnComments, who_am_i
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.pull_request import RunOrder
from mist_ci.ports.code_host import CommentOutcome

MAX_CHARACTERS = 65_536
MAX_ROUNDS = 12
"""Looks at the comments before a run gives up."""


class Comments:
    """Comments of one repository. Who we are is asked once, when it is first needed."""

    def __init__(self, client: Client, settle_s: float) -> None:
        self._client = client
        self._settle_s = settle_s
        self._login: str | None = None

    def upsert(self, pull_number: int, gate: str, body: str, order: RunOrder) -> CommentOutcome:
        """See ports.CodeHost. Three requests, one more for each look at each further 100 comments."""
        sent, text = marker.stamp(body, gate, pull_number, order)
        if len(text) > MAX_CHARACTERS:
            return CommentOutcome.TOO_LONG
        try:
            own = OwnComments(self._client, self.login(), pull_number, gate)
            return _Sticky(own, sent, text, self._settle_s).settle()
        except Refused as refused:
            if outcome := _as_outcome(refused):
                return outcome
            raise

    def newest(self, pull_number: int, gate: str) -> str | None:
        """See ports.CodeHost. One request for each 100 comments."""
        found = OwnComments(self._client, self.login(), pull_number, gate).find()
        newest = max(found, key=lambda comment: comment.rank, default=None)
        return newest.body if newest else None

    def login(self) -> str:
        """Who we are."""
        if self._login is None:
            self._login = who_am_i(self._client)
        return self._login


@dataclass(slots=True)
class _Sticky:
    """One run's effort to make `text` the only comment."""

    own: OwnComments
    sent: Marker
    text: str
    settle_s: float
    outcome: CommentOutcome | None = None
    """What will have happened if the last write holds; None before the first."""
    is_done: bool = False
    """GitHub said that the last write was done."""
    made: OwnComment | None = None
    """Made just now: the next look counts it in, even if GitHub does not show it yet."""

    faults: int = 0

    def settle(self) -> CommentOutcome:
        """Looks and writes until there is nothing left to do."""
        dealt_with: set[int] = set()
        for _ in range(MAX_ROUNDS):
            may_write = not self.is_done
            if may_write:
                self.own.client.manners.wait_for_turn()
            comments = self._look()
            keeper = max(comments, key=lambda comment: comment.rank, default=None)
            outcome = self._finished(keeper) if keeper else None
            others = [c for c in comments if c is not keeper and not c.is_hidden and c.id not in dealt_with]
            if outcome and not others:
                return outcome
            if outcome:
                self._remove(others)
                dealt_with.update(comment.id for comment in others)
            elif may_write:
                self._write(keeper)
            else:
                self.is_done = False
        message = f"other runs kept changing the comment on pull request {self.own.pull_number}"
        raise CouldNotRun(Code.CODE_HOST, message)

    def _look(self) -> list[OwnComment]:
        comments = self.own.find()
        made, self.made = self.made, None
        if made is not None and all(comment.id != made.id for comment in comments):
            comments.append(made)
        return comments

    def _finished(self, keeper: OwnComment) -> CommentOutcome | None:
        """The outcome if the newest comment may stay as it is."""
        order = keeper.marker.order
        if order.is_newer_than(self.sent.order):
            return CommentOutcome.NEWER_EXISTS
        if self.outcome is None:
            return CommentOutcome.UNCHANGED if marker.says_the_same(keeper.body, self.text) else None
        holds = order == self.sent.order and (self.is_done or marker.says_the_same(keeper.body, self.text))
        return self.outcome if holds else None

    def _write(self, keeper: OwnComment | None) -> None:
        """One write. After a fault nobody knows whether it was done, and the next look tells."""
        self.outcome = self.outcome or (CommentOutcome.UPDATED if keeper else CommentOutcome.CREATED)
        try:
            if keeper is None:
                self.made = self.own.create(self.sent, self.text)
            else:
                self.own.update(keeper, self.text)
        except Refused as refused:
            self._wait_or_raise(refused)
            return
        self.is_done = True
        if keeper is not None:
            self.own.client.manners.sleep(self.settle_s)

    def _remove(self, others: Iterable[OwnComment]) -> None:
        """What cannot be removed stays: a duplicate does less harm than a run that fails over it."""
        manners = self.own.client.manners
        for comment in others:
            manners.wait_for_turn()
            try:
                self.own.remove(comment)
            except Refused:
                continue
        manners.sleep(self.settle_s)

    def _wait_or_raise(self, refused: Refused) -> None:
        """After a fault, and when the comment was deleted under our hands, there is another look."""
        if refused.status in GONE and self.outcome is CommentOutcome.UPDATED:
            return
        manners = self.own.client.manners
        self.faults += 1
        delay_s = refused.delay_s
        if delay_s is None or delay_s > manners.longest_wait_s or self.faults > manners.max_retries:
            raise refused
        manners.sleep(delay_s)


def _as_outcome(refused: Refused) -> CommentOutcome | None:
    """Refusals that a caller deals with."""
    if refused.delay_s is not None:
        return None
    match refused.status:
        case 403:
            return CommentOutcome.FORBIDDEN
        case 422 if "too long" in refused.message:
            return CommentOutcome.TOO_LONG
        case _:
            return None
