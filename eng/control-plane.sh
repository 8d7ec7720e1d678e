#!/usr/bin/env bash
# A real Kubernetes control plane for ./test --tier kube: etcd, kube-apiserver, kube-controller-manager, kube-scheduler.
# etcd is Debian's binary; the others are built from Debian bookworm's source package of Kubernetes 1.20.2 with
# bookworm's Go 1.19. Everything is fetched by apt from the machine's own sources, unpacked without root, and the four
# binaries are kept outside the checkout, so that the second call ends at once.
#
#   eng/control-plane.sh           builds when absent; the last line on stdout is the folder of the four binaries
#   TENON_CONTROL_PLANE=DIR        uses the binaries of that folder instead, whatever their version
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=1.20.2
release=bookworm
binaries="etcd kube-apiserver kube-controller-manager kube-scheduler"
cache=${TENON_CONTROL_PLANE:-${XDG_CACHE_HOME:-$HOME/.cache}/tenon/kube-$version}

say() { printf '%s\n' "control-plane: $*" >&2; }
complete() { for binary in $binaries; do [ -x "$cache/$binary" ] || return 1; done; }

if complete; then echo "$cache"; exit 0; fi
if [ -n "${TENON_CONTROL_PLANE:-}" ]; then say "$cache lacks one of: $binaries"; exit 1; fi
for tool in apt-get dpkg-deb tar xz patch make gcc; do
  command -v "$tool" >/dev/null || { say "'$tool' is missing; on Debian: apt-get install -y build-essential xz-utils"; exit 1; }
done

mkdir -p "$cache"
exec 7>"$cache/lock"
flock 7
if complete; then echo "$cache"; exit 0; fi

work=$cache/build
log=$cache/build.log
rm -rf "$work"
mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/sources" "$work/tools" "$work/gopath/src/k8s.io"
: >"$log"
failed() { tail -20 "$log" >&2; say "$1; the whole log is in $log"; exit 1; }

# The machine's own archives of the release, once more with sources. Only stanzas that offer it are copied, so that
# another archive that is down or has no sources does not matter.
stanzas() {
  cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v RS= -v release="$release" '
    $0 ~ "Suites:[^\n]*" release && /Components:[^\n]*main/ {
      gsub(/(^|\n)#[^\n]*/, ""); sub(/^\n/, "")
      sub(/Types:[^\n]*/, "Types: deb deb-src"); print $0 "\n" }' || true
}
lines() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    awk -v release="$release" '$1 == "deb" && index($0, " " release) && / main/ { print; sub(/^deb/, "deb-src"); print }' || true
}
stanzas >"$work/sources/archive.sources"
lines >"$work/sources/archive.list"
[ -s "$work/sources/archive.sources" ] || [ -s "$work/sources/archive.list" ] ||
  { say "the apt sources of this machine do not offer Debian $release"; exit 1; }

apt() {
  apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" -o Dir::State::Lists="$work/apt/lists" \
    -o Dir::Cache="$work/apt" -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User="$(id -un)" "$@" >>"$log" 2>&1
}

say "reading the package lists…"
apt update || failed "apt-get update failed"

say "fetching the sources of Kubernetes $version, Go 1.19, etcd, rsync, jq…"
cd "$work/tools"
apt download golang-1.19-go golang-1.19-src etcd-server rsync libpopt0 libxxhash0 jq libjq1 libonig5 ||
  failed "apt-get download failed"
for package in *.deb; do dpkg-deb -x "$package" "$work/tools" >>"$log" 2>&1 || failed "could not unpack $package"; done
cd "$work"
apt source --download-only "kubernetes" || failed "apt-get source kubernetes failed"
tar -xf kubernetes_*"$version".orig.tar.* -C "$work/gopath/src/k8s.io" || failed "could not unpack the sources"
mv "$work"/gopath/src/k8s.io/kubernetes* "$work/gopath/src/k8s.io/kubernetes"
# Two libraries of release 1.20 break under Go 1.18 and later: one takes every empty text for a null, so that no object
# with an empty text passes the schema of its definition, and one lets the runtime write behind an iterator's end.
patch -s -p1 -d "$work/gopath/src/k8s.io/kubernetes" <"$here/control-plane.patch" >>"$log" 2>&1 ||
  failed "eng/control-plane.patch does not fit these sources"

export GOROOT=$work/tools/usr/lib/go-1.19 GOPATH=$work/gopath GOCACHE=$work/gocache GO111MODULE=off GOFLAGS= GOTOOLCHAIN=local
export PATH=$GOROOT/bin:$work/tools/usr/bin:$PATH
export LD_LIBRARY_PATH=$(echo "$work"/tools/usr/lib/*-linux-gnu):$(echo "$work"/tools/lib/*-linux-gnu)
cd "$work/gopath/src/k8s.io/kubernetes"

say "building kube-apiserver, kube-controller-manager, kube-scheduler (about 13 CPU-minutes, once)…"
make WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kube-scheduler" GOLDFLAGS="-s -w" \
  KUBE_GIT_VERSION="v$version" KUBE_GIT_TREE_STATE=clean KUBE_GIT_COMMIT=unknown KUBE_GIT_MAJOR=1 KUBE_GIT_MINOR=20 \
  FORCE_HOST_GO=y >>"$log" 2>&1 || failed "make failed"

for binary in kube-apiserver kube-controller-manager kube-scheduler; do
  install -m 755 "_output/bin/$binary" "$cache/$binary.next"
done
install -m 755 "$work/tools/usr/bin/etcd" "$cache/etcd.next"
for binary in $binaries; do mv "$cache/$binary.next" "$cache/$binary"; done
cd "$cache"
chmod -R u+w "$work"
rm -rf "$work"
say "built; kept in $cache"
echo "$cache"
