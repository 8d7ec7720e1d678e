# The independent emulator of AWS for the tier "aws": the command moto_server.
#
# Debian carries it as python3-moto from trixie on. Where the release here is older and has no such package, it is taken
# from trixie and unpacked beside the system, over libraries of the release; nothing of the system is replaced.
# Sourced by ./test; expects $logs, say and need_command.

need_moto() {
  command -v moto_server >/dev/null 2>&1 && return 0
  local home=${XDG_CACHE_HOME:-$HOME/.cache}/tenon/moto
  if [ -x "$home/bin/moto_server" ]; then PATH=$home/bin:$PATH; export PATH; return 0; fi
  command -v apt-get >/dev/null 2>&1 || { say "test: 'moto_server' is missing and there is no apt-get to install python3-moto"; return 1; }
  local sudo=
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  say "Installing the emulator of AWS (python3-moto)…"
  $sudo apt-get update -qq >"$logs/apt.log" 2>&1
  if DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3-moto >>"$logs/apt.log" 2>&1 &&
    command -v moto_server >/dev/null 2>&1; then return 0; fi
  unpack_moto "$home" "$sudo" || { tail -5 "$logs/apt.log" >&2; say "test: could not install python3-moto"; return 1; }
  PATH=$home/bin:$PATH; export PATH
}

# From trixie, by a list of sources of its own.
unpack_moto() {
  local home=$1 sudo=$2 mirror work
  mirror=$(sed -n 's/^URIs: *\(.*debian\) *$/\1/p; s/^deb \(.*debian\/\?\) .*/\1/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1)
  [ -n "$mirror" ] || return 1
  work=$(mktemp -d)
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
    python3-flask python3-boto3 python3-responses python3-xmltodict python3-yaml python3-jose python3-docker \
    python3-cryptography python3-jinja2 >>"$logs/apt.log" 2>&1
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources"
  local apt=(-o "Dir::Etc::sourcelist=$work/sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache")
  (cd "$work" && apt-get "${apt[@]}" update -qq && apt-get "${apt[@]}" download -qq python3-moto python3-py-partiql-parser) \
    >>"$logs/apt.log" 2>&1 || (cd "$work" && apt-get "${apt[@]}" download -qq python3-moto) >>"$logs/apt.log" 2>&1 || return 1
  mkdir -p "$home/bin"
  for package in "$work"/*.deb; do dpkg -x "$package" "$home" || return 1; done
  cat >"$home/bin/moto_server" <<EOF
#!/bin/sh
PYTHONPATH=$home/usr/lib/python3/dist-packages exec python3 -c 'import sys; from moto.server import main; sys.exit(main())' "\$@"
EOF
  chmod +x "$home/bin/moto_server"
  rm -rf "$work"
}
