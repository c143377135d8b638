#!/usr/bin/env bash
# docker.sh up DIR     a Docker Engine for tests: the one that answers here, or one of our own, all of it below DIR
# docker.sh down DIR   stops it and removes DIR
#
# An engine that answers keeps its build cache; one of our own leaves nothing behind.
# `up` leaves DIR/env to source, and exits with 69 and a reason when Docker cannot start here. Our own engine is
# Debian's, unpacked and not installed, without a bridge. It cannot pull, so the Dockerfile's base is made from
# Debian packages and imported under the name that FROM gives.
set -euo pipefail

readonly image=mist-ci:e2e
action=${1:?up or down} place=${2:?a directory}
tools=$place/tools
docker_host=unix://$place/docker.sock

cannot() {
  echo "Docker cannot start here: $*" >&2
  exit 69
}

unpack_tools() {
  mkdir -p "$place/apt/lists/partial" "$place/apt/archives/partial" "$tools"
  local apt=(apt-get -qq --yes --no-install-recommends -o "Dir::State::Lists=$place/apt/lists" -o "Dir::Cache=$place/apt")
  # A pattern, because Debian's name of the engine is also the name of an image registry.
  { "${apt[@]}" update && "${apt[@]}" install --download-only '^docker[.]io$' mmdebstrap rsync shellcheck; } \
    >"$place/apt.log" 2>&1 || cannot "apt: $(tail -n 1 "$place/apt.log")"
  find "$place/apt/archives" -name '*.deb' -exec dpkg --extract {} "$tools" \;
}

start_engine() {
  setsid dockerd --iptables=false --bridge=none --storage-driver=overlay2 --host "$docker_host" \
    --data-root "$place/data" --exec-root "$place/exec" --pidfile "$place/docker.pid" >"$place/dockerd.log" 2>&1 &
  for _ in $(seq 120); do
    docker --host "$docker_host" info >/dev/null 2>&1 && return
    kill -0 $! 2>/dev/null || break
    sleep 0.25
  done
  cannot "$(tail -n 1 "$place/dockerd.log")"
}

# What the official image does to Debian: no recommended packages, no manuals, no translations, no apt cache.
import_base() {
  local name=$1 suite=${1##*-}
  local wanted=${name#python:}
  # The bundle of this machine: a build behind a proxy of one's own trusts it, the shipped Dockerfile names none.
  # shellcheck disable=SC2016  # mmdebstrap's shell expands $1
  mmdebstrap --quiet --mode=root --variant=minbase --include=ca-certificates,netbase,tzdata,python3-venv \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='ln -s python3 "$1/usr/bin/python"' \
    --customize-hook='upload /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt' \
    "$suite" - 2>"$place/base.log" \
    | docker --host "$docker_host" import - "$name" >/dev/null \
    || cannot "no base image: $(tail -n 1 "$place/base.log")"
  docker --host "$docker_host" run --rm --network none "$name" python --version | grep -qF "Python ${wanted%%-*}." \
    || cannot "Debian $suite has no Python ${wanted%%-*}"
}

up() {
  mkdir -p "$place"
  if docker info >/dev/null 2>&1; then
    touch "$place/foreign" "$place/env"
    echo "Docker: the engine that answers here; images are pulled"
    return
  fi
  [ "$(id -u)" = 0 ] || cannot "no engine answers, and only root can start one"
  command -v apt-get >/dev/null || cannot "no engine answers, and this is not Debian"
  unpack_tools
  export PATH=$tools/usr/bin:$tools/usr/sbin:$PATH
  LD_LIBRARY_PATH=$tools/usr/lib/$(uname -m)-linux-gnu start_engine
  import_base "$(sed -n 's/^FROM \([^ ]*\)$/\1/p' Dockerfile)"
  # shellcheck disable=SC2016  # expanded by whoever sources it
  printf 'export PATH=%q:$PATH DOCKER_HOST=%q\n' "$tools/usr/bin" "$docker_host" >"$place/env"
  echo "Docker: an engine of its own ($(docker --host "$docker_host" info --format '{{.ServerVersion}}'))," \
    "base image made from Debian packages"
}

down() {
  if [ -e "$place/foreign" ] && docker image inspect "$image" >/dev/null 2>&1; then
    # Containers write as root; this user shall be able to remove it.
    docker run --rm --volume "$place:/place" --entrypoint chown "$image" -R "$(id -u)" /place || true
    docker image rm --force "$image" mist-ci-model-server:e2e >/dev/null || true
  fi
  if [ -e "$place/docker.pid" ]; then
    local pid
    pid=$(cat "$place/docker.pid")
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    # What it leaves mounted: the network namespace of its containers.
    awk -v place="$place/" 'index($2, place) == 1 { print $2 }' /proc/mounts | sort --reverse | xargs --no-run-if-empty umount
  fi
  rm -rf "$place"
}

cd "$(dirname "$0")/../.."
case $action in
  up) up ;;
  down) down ;;
  *) echo "up or down, not $action" >&2; exit 64 ;;
esac
