#!/bin/sh
# Unpacks Debian's llama.cpp and all that it needs into a directory of its own: nothing is installed here.
#   tests/servers/llama.sh DIRECTORY [SUITE]
# Lists and packages come from the archive that this machine's own apt uses, whatever its release: llama.cpp is in
# forky and later. Needs apt, dpkg and tar.
set -eu
target=$(mkdir -p "$1" && cd "$1" && pwd)
suite=${2:-forky}

archive=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' | head -n 1)
[ -n "$archive" ] || { echo "apt of this machine names no Debian archive" >&2; exit 1; }
state=$target/apt
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/parts" "$target/root"
: > "$state/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite main" > "$state/sources.list"
apt() {
  apt-get -qq -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts="$state/parts" \
    -o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::status="$state/status" \
    -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none \
    -o APT::Install-Recommends=false "$@"
}
apt update
apt --download-only --yes install llama.cpp
for package in "$state"/cache/archives/*.deb; do
  dpkg-deb --extract "$package" "$target/root"
done
# Debian's packages expect these links, which no package of the set brings.
for name in bin lib lib64 sbin; do
  [ -e "$target/root/$name" ] || ln -s "usr/$name" "$target/root/$name"
done
mkdir -p "$target/root/tmp" "$target/root/dev" "$target/root/proc" "$target/root/models"
rm -rf "$state/cache" "$state/lists"
