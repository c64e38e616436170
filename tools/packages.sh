# The Debian 12 packages that building and testing need, and how a missing one is installed. Sourced
# by build, run and test. An entry `package:command` is content with the command from anywhere, for
# programs that people often have from elsewhere.

build_packages=(
  g++ cmake ninja-build
  libasio-dev libssl-dev liburing-dev libfmt-dev libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev
  prometheus-cpp-dev libwslay-dev libqrcodegencpp-dev
)

unit_test_packages=(
  catch2 coturn openssl python3 clang-format-19
)

clang_packages=(
  clang-19 libclang-rt-19-dev llvm-19
)

# util-linux has unshare; iproute2, nftables and procps make and watch the networks of the tests.
# ethtool is for the one of tests/bench/compare.py.
network_test_packages=(
  python3 util-linux iproute2 ethtool nftables procps lsof openssl
)

interop_packages=(
  "${network_test_packages[@]}"
  curl haproxy nginx-light python3-websockets python3-wsproto node-ws nodejs:node
  coturn tshark python3-aioice prosody lua-unbound golang-github-pion-turn.v2-dev golang-go:go
  gnutls-bin sslscan testssl.sh bsdextrautils python3-prometheus-client
)

browser_packages=(
  "${network_test_packages[@]}"
  chromium firefox-esr libnss3-tools ca-certificates nodejs:node npm:npm
)

is_installed() {
  local package=${1%%:*}
  if [[ $1 == *:* ]] && command -v "${1#*:}" >/dev/null; then return 0; fi
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]]
}

# Runs a command as root, through sudo where this is not root.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "This needs root: $* (you are not root and there is no sudo)." >&2
    return 1
  fi
}

# Installs those of the packages that are missing; says nothing when none is.
install_missing() {
  local entry missing=()
  for entry in "$@"; do
    is_installed "$entry" || missing+=("${entry%%:*}")
  done
  [[ ${#missing[@]} == 0 ]] && return 0
  if ! command -v apt-get >/dev/null; then
    echo "Please install these first (named as in Debian 12): ${missing[*]}" >&2
    return 1
  fi
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    echo "Missing packages, and neither root nor sudo to install them. As root:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${missing[*]}" >&2
  local log
  log=$(mktemp)
  if ! apt_install "${missing[@]}" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "Installing failed; the whole log is $log" >&2
    return 1
  fi
  rm -f "$log"
}

# Some test packages (coturn, prosody) would start a service on its well-known port as soon as they
# are installed; a policy-rc.d that says no keeps them from it. One that exists already stays as it
# is.
apt_install() {
  local policy=/usr/sbin/policy-rc.d made_policy=no status=0
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made_policy=yes
  fi
  as_root apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -q -y --no-install-recommends "$@" || status=$?
  [[ $made_policy == yes ]] && as_root rm -f "$policy"
  return $status
}
