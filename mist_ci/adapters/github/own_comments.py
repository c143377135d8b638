"""Our comments of one gate on one pull request: finding, writing and removing them, each a single step."""

from dataclasses import dataclass

from pydantic import BaseModel

from mist_ci.adapters.github import marker
from mist_ci.adapters.github.client import Client, Refused
from mist_ci.adapters.github.marker import Marker

_VIEWER = "query { viewer { login } }"
_MINIMIZE = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
    "{ minimizedComment { isMinimized } } }"
)
GONE = frozenset({404, 410})


class _Login(BaseModel):
    login: str


class _Viewer(BaseModel):
    viewer: _Login


class _Minimizing(BaseModel):
    minimizeComment: dict[str, object]  # noqa: N815 - GraphQL's name


class _User(BaseModel):
    login: str
    type: str


class _App(BaseModel):
    slug: str | None = None


class _Comment(BaseModel):
    id: int
    node_id: str
    body: str = ""
    user: _User | None
    performed_via_github_app: _App | None = None
    minimized: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment that we wrote for this gate."""

    id: int
    node_id: str
    marker: Marker
    body: str
    is_hidden: bool = False

    @property
    def rank(self) -> tuple[int, int, int]:
        """Newest run last; of two comments of one run, the later one."""
        return self.marker.order.run_id, self.marker.order.attempt, self.id


def who_am_i(client: Client) -> str:
    """The login of our token. By GraphQL: REST's /user refuses the tokens that jobs have."""
    return client.graphql(_Viewer, "say whose token this is", _VIEWER).viewer.login


@dataclass(frozen=True, slots=True)
class OwnComments:
    """`me` is our login. Nothing is repeated here: who writes looks first. Every method raises Refused."""

    client: Client
    me: str
    pull_number: int
    gate: str

    def find(self) -> list[OwnComment]:
        """All of them; one request for each 100 comments of the pull request."""
        what = f"list the comments of pull request {self.pull_number}"
        operation = self.client.operation("issues", "list_comments")
        listing = self.client.pages(_Comment, what, operation, issue_number=self.pull_number)
        return [own for comment in listing if (own := self._own(comment))]

    def create(self, sent: Marker, body: str) -> OwnComment:
        """A new comment."""
        what = f"comment on pull request {self.pull_number}"
        operation = self.client.operation("issues", "create_comment")
        made = self.client.get(_Comment, what, operation, issue_number=self.pull_number, body=body)
        return OwnComment(made.id, made.node_id, sent, body)

    def update(self, comment: OwnComment, body: str) -> None:
        """Another text in the same comment."""
        what = f"update the comment on pull request {self.pull_number}"
        self.client.call(
            what, self.client.operation("issues", "update_comment"), comment_id=comment.id, body=body
        )

    def remove(self, comment: OwnComment) -> None:
        """Deletes a comment if it still says what it said, or hides it where we may not delete."""
        showing = self.client.operation("issues", "get_comment")
        current = self.client.get(_Comment, "show an older comment", showing, comment_id=comment.id)
        if current.body != comment.body:
            return
        try:
            deleting = self.client.operation("issues", "delete_comment")
            self.client.call("delete an older comment", deleting, comment_id=comment.id)
        except Refused as refused:
            if refused.status in GONE or refused.delay_s is not None:
                raise
            self.client.graphql(_Minimizing, "hide an older comment", _MINIMIZE, id=comment.node_id)

    def _own(self, comment: _Comment) -> OwnComment | None:
        """The comment if we wrote it, for this gate and pull request; a copied marker proves nothing."""
        if comment.user is None or not _is_me(comment.user, comment.performed_via_github_app, self.me):
            return None
        found = marker.read(comment.body)
        if found is None or (found.gate, found.pull_number) != (self.gate, self.pull_number):
            return None
        return OwnComment(comment.id, comment.node_id, found, comment.body, comment.minimized is not None)


def _is_me(user: _User, app: _App | None, me: str) -> bool:
    """Same login, same kind of account, and same app where the host names one."""
    is_bot = me.endswith("[bot]")
    if user.login.lower() != me.lower() or (user.type == "Bot") != is_bot:
        return False
    if app is None or app.slug is None:
        return True
    return is_bot and f"{app.slug}[bot]".lower() == me.lower()
