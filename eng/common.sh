# Shared by ./run, ./test, ./dev and ./tenon: where the checkout is, is the SDK there, build quietly when stale.
# Sourced, never run.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
mkdir -p artifacts

say() { printf '%s\n' "$*" >&2; }

need_sdk() {
  if ! command -v dotnet >/dev/null 2>&1 && [ -x "$HOME/.dotnet/dotnet" ]; then export PATH="$HOME/.dotnet:$PATH"; fi
  if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --version >/dev/null 2>&1; then
    say "The .NET 10 SDK is missing; get it with: curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
    exit 2
  fi
}

# stale STAMP PATH…: is any source younger than the stamp?
stale() {
  local stamp=$1
  shift
  [ -f "$stamp" ] || return 0
  [ -n "$(find "$@" \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# build WHAT LOG [dotnet build arguments…]: silent when it works; its errors, once each, when it does not.
build() {
  local what=$1 log=$2
  shift 2
  if ! dotnet build "$what" -c Release -v q -clp:NoSummary -p:UseSharedCompilation=true "$@" >"$log" 2>&1 </dev/null; then
    grep -E ': (error|warning) ' "$log" | sed 's/ \[[^]]*\]$//' | sort -u | head -40 >&2
    grep -qE ': (error|warning) ' "$log" || tail -20 "$log" >&2
    say "The build failed; the whole log is in $log"
    return 1
  fi
}

# The product's binary, built from these sources. A lock keeps two shells from building at once.
tenon_binary=src/Cli/bin/Release/net10.0/tenon.dll
build_tenon() {
  local stamp=artifacts/tenon.stamp
  exec 6>artifacts/build.lock
  flock 6
  if [ ! -f "$tenon_binary" ] ||
     stale "$stamp" src eng Directory.Build.props Directory.Build.targets Directory.Packages.props global.json; then
    [ -t 2 ] && say "Building Tenon…"
    touch "$stamp.next"
    build src/Cli/Cli.csproj artifacts/build.log || exit 1
    mv "$stamp.next" "$stamp"
  fi
  exec 6>&-
}

# The formatter that .config/dotnet-tools.json pins, with its arguments.
formatter() {
  dotnet tool restore >artifacts/tools.log 2>&1 </dev/null || { tail -5 artifacts/tools.log >&2; return 1; }
  dotnet csharpier "$@"
}

# layout_is_kept LOG: nothing when every file is laid out as the formatter does it; else the files and the remedy.
layout_is_kept() {
  formatter check . >"$1" 2>&1 </dev/null && return 0
  grep -E '^Error' "$1" | head -30 >&2
  say "These files are not laid out as the formatter does it; run ./dev format"
  return 1
}
