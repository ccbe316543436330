# Sourced by run and test: what the build needs, and the build. Expects to be in the project's folder.

# package|what it is for
packages_to_build=(
  "g++|the compiler"
  "cmake|configures the build"
  "ninja-build|runs the build"
  "ccache|keeps what was compiled before"
  "libcaf-dev|actors of the live host"
  "libboost1.81-dev|Describe, Container, wide integers"
  "libboost-json1.81-dev|JSON"
  "librocksdb-dev|the journal on disk"
  "libjemalloc-dev|memory that one thread allocates and another frees"
  "libzstd-dev|compressed exports"
  "zlib1g-dev|compressed CSV files"
  "libssl-dev|the journal's hash chain"
  "libspdlog-dev|logging outside the entities"
  "libyaml-cpp-dev|configuration files"
  "libcli11-dev|the command line"
  "libhowardhinnant-date-dev|time zones, which the standard library of g++ 12 lacks"
  "prometheus-cpp-dev|the metrics endpoint"
  "libxxhash-dev|hashes of snapshots and caches"
  "catch2|tests"
  "librapidcheck-dev|property tests"
  "libbenchmark-dev|benchmarks"
)
# Tests do without these, and say so.
packages_to_test=(
  "ledger|checks the exported accounting"
  "hledger|checks the exported accounting"
  "strace|checks what is synced to the disk"
  "python3|computes the statistics again"
)

is_installed() { [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

# install_missing "package|reason"...: from Debian, only what is not there. Removes and upgrades nothing else.
install_missing() {
  if ! command -v dpkg-query >/dev/null; then
    echo "setup: not a Debian system; the packages that tools/setup.sh lists must be there already"
    return
  fi
  local line missing=()
  for line in "$@"; do
    is_installed "${line%%|*}" && continue
    echo "setup: ${line%%|*} is missing (${line#*|})"
    missing+=("${line%%|*}")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || { echo "setup: installing needs root, or a user with sudo" >&2; return 1; }
    as_root=(sudo)
  fi
  echo "setup: installing ${#missing[@]} package(s) from Debian"
  "${as_root[@]}" apt-get -qq update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends --no-remove install "${missing[@]}" >/dev/null
}

# build PRESET [TARGET...]: configures where needed and builds with at most two jobs.
build() {
  local preset=$1 targets=()
  shift
  (($#)) && targets=(--target "$@")
  cmake --preset "$preset" --log-level=WARNING >/dev/null
  cmake --build --preset "$preset" -j 2 "${targets[@]}"
}
