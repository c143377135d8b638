"""A model server of one's own in `services:`: the runner puts it and the action's container into one network."""

import json
import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.conftest import Forge, Runner, docker
from tests.e2e.conftest import ROOT

SERVER_IMAGE = "mist-ci-model-server:e2e"
NAME = "models"
"""The service's name in the workflow, and so its host name."""


@pytest.fixture(scope="module")
def server_image(image: str) -> str:
    """What the example's model server needs, installed with hashes; its code and models are mounted."""
    assert image
    (base,) = {
        line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM")
    }
    install = "/opt/venv/bin/python -m pip install --quiet --require-hashes -r requirements/demo.txt"
    recipe = f"FROM {base}\nCOPY requirements requirements\nRUN python -m venv /opt/venv && {install}\n"
    subprocess.run(
        ["docker", "build", "--network", "host", "-t", SERVER_IMAGE, "-f", "-", str(ROOT)],
        input=recipe,
        text=True,
        check=True,
        capture_output=True,
        timeout=600,
    )
    return SERVER_IMAGE


@pytest.fixture
def network(server_image: str) -> Iterator[tuple[str, str]]:
    """The network of a job with one service, and the address of that."""
    name, container = f"job-{uuid.uuid4().hex[:8]}", f"service-{uuid.uuid4().hex[:8]}"
    docker("network", "create", name)
    try:
        docker(
            *("run", "--detach", "--name", container, "--network", name, "--network-alias", NAME),
            *("-v", f"{ROOT / 'examples' / 'tiny_models'}:/server:ro", server_image),
            *(
                "/opt/venv/bin/python",
                "-B",
                "/server/server.py",
                "--host",
                "0.0.0.0",
                "--port",
                "8000",
                "--detached",
            ),
        )
        where = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        yield name, docker("inspect", "--format", where, container).stdout.strip()
    finally:
        docker("rm", "--force", container, check=False)
        docker("network", "rm", name, check=False)


@pytest.mark.parametrize(("model", "exit_code"), [("naive", 1), ("replay", 0)])
def test_the_gate_asks_a_service_by_its_name(
    model: str, exit_code: int, image: str, network: tuple[str, str], forge: Forge, tmp_path: Path
) -> None:
    origin = forge.origin
    address = f"base_url: http://{NAME}:8000/v1"
    origin.write("mist.yml", re.sub(r"base_url: \S+", address, origin.read("mist.yml")))
    origin.commit("The model server is a service of the job")
    request = forge.open_pull_request(model, lambda repository: repository.move_to(model))
    runner = Runner(tmp_path / "runner", request)
    # The stand-in for GitHub is on the host's loopback, out of this network's reach: exit code and files speak.
    variables = runner.variables(**{"github-token": ""})

    name, address = network
    # An engine without iptables, as ours, has no name service; elsewhere this says what that would say.
    done = runner.run(image, variables, "--add-host", f"{NAME}:{address}", network=name)

    assert done.exit_code == exit_code, done.stdout + done.stderr
    assert json.loads(done.saved("report.json").read_text())["spend"]
