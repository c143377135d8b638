#!/usr/bin/env bash
# e2e.sh PYTHON: the tests of this directory and of the example for GitLab, with a Docker Engine, nektos act and
# gitlab-ci-local in a directory that is gone afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${1:?a Python with the development tools}

place=$(mktemp -d "${TMPDIR:-/tmp}/mist-ci-e2e.XXXXXX")
trap 'tests/docker/docker.sh down "$place"' EXIT

if tests/docker/docker.sh up "$place" 2>"$place/why-not"; then
  rm "$place/why-not"
  # shellcheck source=/dev/null
  . "$place/env"
else
  cat "$place/why-not" >&2
fi
"$python" -m venv "$place/act"
"$place/act/bin/python" -m pip -qq --disable-pip-version-check install --only-binary :all: --require-hashes \
  -r tests/docker/act.txt

# It brings a Node of its own for Linux on x86-64; elsewhere the one that is here has to be new enough.
if command -v npm >/dev/null; then
  cp -R tests/docker/gitlab "$place/gitlab"
  npm ci --prefix "$place/gitlab" --ignore-scripts --no-audit --no-fund --loglevel error
fi

# One after the other: times are measured, and there is one engine. -rs: what was skipped, and why.
MIST_CI_E2E=$place "$python" -m pytest -q -rs --basetemp "$place/tests" tests/docker tests/e2e/test_gitlab.py
