# The image behind action.yml: what it holds and why, docs/image.md.
# The base is pinned by tag: docs/decisions/0005-container-base-by-tag.md
FROM python:3.13-slim-trixie AS build
WORKDIR /build
COPY requirements/data.txt requirements/build.txt requirements/
# Two environments: one that is shipped, and one that only builds the wheel.
RUN python -m venv /opt/mist-ci \
 && python -m venv /opt/tools \
 && /opt/mist-ci/bin/python -m pip install --quiet --no-cache-dir --only-binary :all: --require-hashes -r requirements/data.txt \
 && /opt/tools/bin/python -m pip install --quiet --no-cache-dir --only-binary :all: --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY mist_ci mist_ci
COPY suites suites
RUN /opt/tools/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/mist-ci/bin/python -m pip install --quiet --no-cache-dir --no-deps --no-index dist/*.whl \
 && /opt/mist-ci/bin/python -m pip uninstall --quiet --yes pip

FROM python:3.13-slim-trixie
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/mist-ci /opt/mist-ci
# The workspace belongs to the runner's user, not to this one: tell git without writing any configuration.
ENV GIT_CONFIG_COUNT=1 \
    GIT_CONFIG_KEY_0=safe.directory \
    GIT_CONFIG_VALUE_0=/github/workspace
# No USER: the runner creates GITHUB_OUTPUT and GITHUB_STEP_SUMMARY so that only root may write them here.
# -I: a workflow's own PYTHONPATH would point into the workspace, and nothing there is ever imported.
ENTRYPOINT ["/opt/mist-ci/bin/python", "-I", "-B", "-u", "-X", "utf8", "/opt/mist-ci/bin/mist-ci"]
