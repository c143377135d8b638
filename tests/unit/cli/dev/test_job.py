"""Claims: the action gets the keys of models and nothing that could reach the real GitHub."""

import pytest

from mist_ci.cli.dev.job import child_environ
from mist_ci.cli.dev.showing import outputs

OURS = {"GITHUB_TOKEN": "ours", "GITHUB_API_URL": "http://127.0.0.1:1"}


@pytest.mark.parametrize(
    "name",
    ["GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_PAT", "ACTIONS_RUNTIME_TOKEN", "INPUT_TOKEN",
     "ACTIONS_ID_TOKEN_REQUEST_URL", "RUNNER_TEMP", "GIT_DIR", "GIT_INDEX_FILE", "GIT_CONFIG_PARAMETERS"],
)  # fmt: skip
def test_what_belongs_to_another_job_or_repository_stays_out(name: str) -> None:
    assert name not in child_environ({name: "secret"}, {})


def test_a_token_stays_out_under_any_name() -> None:
    environ = {"GITHUB_TOKEN": "0123abcd", "COPY": "0123abcd", "MY_PAT": "github_pat_11AAA", "OLD": "ghp_1"}
    assert set(child_environ(environ, OURS)) == {*OURS, "NO_PROXY", "no_proxy"}
    assert child_environ(environ, OURS)["GITHUB_TOKEN"] == "ours"


def test_keys_of_model_providers_and_the_rest_go_through() -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "COMPANY_LLM": "k", "PATH": "/bin", "GIT_CONFIG_COUNT": "0"}
    assert environ.items() <= child_environ(environ, OURS).items()


def test_requests_for_the_stand_in_never_take_a_proxy() -> None:
    environ = {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"}
    child = child_environ(environ, OURS)
    assert child["HTTP_PROXY"] == "http://proxy:3128"
    assert child["NO_PROXY"] == child["no_proxy"] == "intranet,127.0.0.1,localhost"


def test_outputs_are_read_as_the_runner_reads_them() -> None:
    text = "outcome<<mist-1\nnothing to gate\nmist-1\nempty<<e\n\ne\nlines<<x\na\nb<<c\nx\n"
    assert outputs(text) == {"outcome": "nothing to gate", "empty": "", "lines": "a\nb<<c"}
    assert outputs("") == {}
