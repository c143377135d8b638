"""Claims: what passes is waited out with manners, what does not is told at once, and the token is never shown."""

import io
import logging
import traceback
from collections.abc import Callable, Iterator

import pytest

from mist_ci.adapters.github import GitHub
from mist_ci.adapters.github.retrying import Manners
from mist_ci.errors import Code, CouldNotRun
from mist_ci.ports.code_host import CommentOutcome, Pending
from mist_ci.simulator import JOB_TOKEN, faults
from mist_ci.simulator.faults import Fault
from tests.contract.github.hosting import GATE, NOW, Hosted, body, order

PASSING: dict[str, Callable[[], Fault]] = {
    "500": faults.server_error,
    "502 with a unicorn": faults.bad_gateway,
    "503": lambda: faults.server_error(503),
    "dropped before": faults.hang_up,
    "dropped after": faults.hang_up_after,
    "502 after": faults.error_after,
    "secondary limit 403": faults.secondary_limit,
    "secondary limit 429": lambda: faults.secondary_limit(429),
    "secondary limit with Retry-After": lambda: faults.secondary_limit(403, 17),
    "primary limit, reset in 90 s": lambda: faults.primary_limit(int(NOW.timestamp()) + 90),
}
WAITS_S = {
    "secondary limit 403": 60.0,
    "secondary limit 429": 60.0,
    "secondary limit with Retry-After": 17.0,
    "primary limit, reset in 90 s": 90.0,
}


def set_status(host: Hosted) -> None:
    host.github.set_status(host.head, Pending("mist/release", "evaluating"))


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_waited_out_when_a_status_is_set(host: Hosted, name: str) -> None:
    host.fake.faults.add(PASSING[name](), method="POST", path="/statuses/")
    set_status(host)
    assert [s.state.value for s in host.github.statuses(host.head)] == ["pending"]
    assert host.waits.waited_s[0] == WAITS_S.get(name, 1.0)


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_passes_leaves_one_comment(host: Hosted, name: str, method: str) -> None:
    host.fake.faults.add(PASSING[name](), method=method, path="/comments$")
    assert host.github.upsert_comment(1, GATE, body(), order(5)) is CommentOutcome.CREATED
    assert len(host.bodies()) == 1
    assert WAITS_S.get(name, 1.0) in host.waits.waited_s


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_what_passes_does_not_lose_an_update(host: Hosted, name: str, method: str) -> None:
    host.github.upsert_comment(1, GATE, body("old"), order(5))
    host.fake.faults.add(PASSING[name](), method=method, path="/comments")
    assert host.github.upsert_comment(1, GATE, body("new"), order(6)) is CommentOutcome.UPDATED
    assert len(host.bodies()) == 1
    assert "new" in host.bodies()[0]


def test_a_reply_that_never_comes_is_given_up_and_asked_for_again(host: Hosted) -> None:
    host.fake.faults.add(host.fake.faults.silence(), method="POST", path="/statuses/")
    hasty = host.adapter(timeout_s=0.2)
    hasty.set_status(host.head, Pending("mist/release", "evaluating"))
    hasty.close()
    assert len(host.fake.state.statuses) == 1


def test_waits_grow_and_end(host: Hosted) -> None:
    host.fake.faults.add(faults.server_error(), times=99)
    with pytest.raises(CouldNotRun, match=r"set the status mist/release of .*: 500: Server Error") as caught:
        set_status(host)
    assert caught.value.code is Code.CODE_HOST
    assert len(host.fake.seen) == 5
    assert host.waits.waited_s == [1.0, 2.0, 4.0, 8.0]


def test_a_comment_gives_up_too(host: Hosted) -> None:
    host.fake.faults.add(faults.secondary_limit(), method="POST", path="/comments$", times=99)
    with pytest.raises(CouldNotRun, match="secondary rate limit"):
        host.github.upsert_comment(1, GATE, body(), order(5))
    assert host.waits.waited_s.count(60.0) == 4


def test_a_wait_that_is_too_long_is_told_instead_of_waited(host: Hosted) -> None:
    host.fake.faults.add(faults.primary_limit(int(NOW.timestamp()) + 1800))
    with pytest.raises(CouldNotRun, match="API rate limit exceeded") as caught:
        set_status(host)
    assert caught.value.hint == "GitHub can be asked again in 1800 s"
    assert host.waits.waited_s == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_what_would_not_pass_is_not_asked_again(host: Hosted, status: int) -> None:
    host.fake.faults.add(faults.reply(status, {"message": "No.", "documentation_url": ""}))
    with pytest.raises(CouldNotRun, match=f"{status}: No."):
        set_status(host)
    assert len(host.fake.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_never_followed(host: Hosted, status: int) -> None:
    host.fake.faults.add(faults.reply(status, {"message": "Moved"}, Location=f"{host.fake.url}/user"))
    with pytest.raises(CouldNotRun, match=str(status)) as caught:
        host.github.pull_request(1)
    assert caught.value.hint is not None
    assert "redirects are never followed" in caught.value.hint
    assert len(host.fake.seen) == 1


@pytest.mark.parametrize("document", [[], {}, {"number": "one"}, "text", None, b"<html>", b"{", b""])
def test_a_reply_of_another_form_is_an_error(host: Hosted, document: object) -> None:
    host.fake.faults.add(faults.reply(200, document))
    with pytest.raises(CouldNotRun, match="show pull request 1: the reply has another form"):
        host.github.pull_request(1)


def test_a_listing_that_names_itself_as_the_next_page_ends(host: Hosted) -> None:
    link = f'<{host.fake.url}/repos/acme/models/pulls?page=1>; rel="next"'
    host.fake.faults.add(faults.reply(200, [], Link=link), times=9)
    assert host.github.open_pull_requests(host.head) == ()
    assert len(host.fake.seen) == 1


def test_a_listing_without_end_is_an_error(host: Hosted) -> None:
    link = '<https://elsewhere.example/?page=999>; rel="next"'
    host.fake.faults.add(faults.reply(200, [], Link=link))
    with pytest.raises(CouldNotRun, match="more than 200 pages"):
        host.github.open_pull_requests(host.head)


def test_a_host_that_cannot_be_reached_is_an_error() -> None:
    with (
        GitHub("acme/models", JOB_TOKEN, "http://127.0.0.1:9", manners=_hasty()) as github,
        pytest.raises(CouldNotRun, match="show pull request 1") as caught,
    ):
        github.pull_request(1)
    assert caught.value.code is Code.CODE_HOST


def test_writes_keep_a_second_between_them(host: Hosted) -> None:
    for _ in range(3):
        set_status(host)
    assert host.waits.waited_s == [1.0, 1.0]


def test_enterprise_server_has_its_own_addresses(host: Hosted) -> None:
    enterprise = host.adapter(url=f"{host.fake.enterprise_url}/")
    enterprise.set_status(host.head, Pending("mist/release", "evaluating"))
    assert enterprise.upsert_comment(1, GATE, body(), order(5)) is CommentOutcome.CREATED
    enterprise.close()
    assert {seen.path for seen in host.fake.seen if "/repos/" not in seen.path} == {"/api/graphql"}
    assert all(seen.path.startswith("/api/") for seen in host.fake.seen)


@pytest.mark.parametrize(
    ("repository", "token", "url"),
    [
        ("models", JOB_TOKEN, "https://api.github.com"),
        ("acme/..", JOB_TOKEN, "https://api.github.com"),
        ("acme/models/../../x", JOB_TOKEN, "https://api.github.com"),
        ("acme/models", " ", "https://api.github.com"),
        ("acme/models", "gh\ns", "https://api.github.com"),
        ("acme/models", JOB_TOKEN, "api.github.com"),
        ("acme/models", JOB_TOKEN, "ftp://api.github.com"),
        ("acme/models", JOB_TOKEN, "https://user:pass@api.github.com"),
        ("acme/models", JOB_TOKEN, "https://api.github.com/?x=1"),
        ("acme/models", JOB_TOKEN, "https://[::1"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(repository: str, token: str, url: str) -> None:
    with pytest.raises(CouldNotRun) as caught:
        GitHub(repository, token, url)
    assert caught.value.code is Code.CODE_HOST


def test_the_environment_chooses_neither_host_nor_token_nor_output(
    host: Hosted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_TOKEN", "GITHUB_JWT_TOKEN", "GHAPI_DEBUG"):
        monkeypatch.setenv(name, "from-the-environment")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    github = host.adapter()
    github.pull_request(1)
    github.close()
    assert host.fake.seen[-1].headers["authorization"] == f"Bearer {JOB_TOKEN}"
    assert capsys.readouterr().out == ""


def echo(status: int) -> Fault:
    """A server that sends back what it was sent."""
    return faults.reply(
        status, {"message": f"token {JOB_TOKEN} is bad", "errors": [JOB_TOKEN]}, X_Echo=JOB_TOKEN
    )


@pytest.mark.parametrize("fault", [echo(400), echo(500), echo(302), echo(200), faults.hang_up()], ids=str)
def test_the_token_is_in_no_error_no_traceback_and_no_log(host: Hosted, fault: Fault) -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    host.fake.faults.add(fault, times=99)
    try:
        with pytest.raises(CouldNotRun) as caught:
            host.github.pull_request(1)
        with pytest.raises(CouldNotRun) as commenting:
            host.github.upsert_comment(1, GATE, body(), order(5))
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(before)
    shown = [repr(host.github), log.getvalue()]
    for error in (*_chain(caught.value), *_chain(commenting.value)):
        shown += [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
    assert JOB_TOKEN not in "\n".join(shown)


def test_a_token_in_a_text_of_ours_is_taken_out(host: Hosted) -> None:
    host.github.set_status(host.head, Pending("mist/release", f"failed with {JOB_TOKEN}"))
    host.github.upsert_comment(1, GATE, body(f"failed with {JOB_TOKEN}"), order(5))
    assert host.fake.state.statuses[0].description == "failed with ***"
    assert JOB_TOKEN not in host.bodies()[0]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__context__ or error.__cause__


def _hasty() -> Manners:
    return Manners(max_retries=0)
