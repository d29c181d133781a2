# Shared by tools/quickstart and tools/test: packages, engine, dependencies. Sourced, never run.
# shellcheck shell=bash

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# True if someone can answer questions.
can_ask() { [ -t 0 ] && [ -t 2 ] && [ "${assume_yes:-no}" != yes ]; }

# confirm QUESTION: yes without asking where there is no terminal or --yes was given.
confirm() {
  can_ask || return 0
  local answer
  printf '%s [Y/n] ' "$1" >&2
  read -r answer
  case $answer in '' | y | Y | yes) return 0 ;; *) return 1 ;; esac
}

is_root() { [ "$(id -u)" = 0 ]; }

is_debian() {
  [ -r /etc/os-release ] && command -v apt-get >/dev/null && (
    . /etc/os-release
    case " ${ID:-} ${ID_LIKE:-} " in *' debian '* | *' ubuntu '*) ;; *) exit 1 ;; esac
  )
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing_packages() {
  local package
  for package in "$@"; do is_installed "$package" || printf '%s ' "$package"; done
}

# ensure_packages RECORD PACKAGE…: installs what is missing and adds the names of all packages that came with it to the
# file RECORD. Where they can't be installed, says what is missing and waits for it on a terminal.
ensure_packages() {
  local record=$1
  shift
  if ! is_debian || ! is_root; then
    wait_for_programs "$@"
    return
  fi
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  step "installing Debian packages: $missing"
  confirm "Install them?" || die "nothing was installed"
  mkdir -p "$(dirname "$record")"
  local before
  before=$(installed_names)
  # shellcheck disable=SC2086
  retry 4 apt_install $missing || die "apt-get could not install $missing"
  comm -13 <(printf '%s\n' "$before") <(installed_names) >>"$record"
}

installed_names() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | LC_ALL=C sort -u; }

apt_install() {
  apt-get update -qq >&2 || say "apt-get update had errors; trying with the lists that are there"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}

# retry TIMES COMMAND…: waits 2, 4, 8 … seconds between attempts.
retry() {
  local times=$1 pause=2 attempt
  shift
  for ((attempt = 1; attempt <= times; attempt++)); do
    "$@" && return 0
    [ "$attempt" = "$times" ] && return 1
    say "attempt $attempt of $times failed; again in $pause s"
    sleep "$pause"
    pause=$((pause * 2))
  done
}

# The program that stands for a package where it can't be asked for by name; nothing for those without one.
program_of() {
  case $1 in
    docker.io) echo dockerd ;;
    docker-cli) echo docker ;;
    iproute2) echo ip ;;
    busybox-static) echo busybox ;;
    procps) echo sysctl ;;
    mmdebstrap) echo mmdebstrap ;;
  esac
}

# Programs of administrators are often outside of a user's PATH.
has_program() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

wait_for_programs() {
  local package program missing
  while :; do
    missing=
    for package in "$@"; do
      program=$(program_of "$package")
      [ -z "$program" ] || has_program "$program" || missing+="$package ($program) "
      case $package in docker.io) engine_answers && missing=${missing/"docker.io (dockerd) "/} ;; esac
    done
    [ -n "$missing" ] || return 0
    say "These are needed and can't be installed from here (that takes root on Debian or Ubuntu): $missing"
    { [ -t 0 ] && [ -t 2 ]; } || die "install them and call this again"
    printf 'Install them, then press Enter to go on. ' >&2
    read -r _
  done
}

engine_socket() { printf '%s' "${DOCKER_HOST:-unix:///var/run/docker.sock}"; }

engine_answers() { node "$repo/tools/ping-engine.mjs" "$(engine_socket)" >/dev/null 2>&1; }

# ensure_engine DIRECTORY: an engine that answers. One that is started here by hand has its log and process id in
# DIRECTORY; stop_engine ends that one and no other.
ensure_engine() {
  local directory=$1
  engine_answers && return 0
  [ -z "${DOCKER_HOST:-}" ] || die "no engine answers at DOCKER_HOST=$DOCKER_HOST"
  is_root || die "no container engine answers at /var/run/docker.sock; start one, and call this again"
  if [ -d /run/systemd/system ]; then
    step "starting the container engine (systemctl start docker)"
    systemctl start docker
  else
    step "starting the container engine (there is no init system); its log: $directory/dockerd.log"
    mkdir -p "$directory"
    rm -f /var/run/docker.pid
    setsid --fork sh -c "echo \$\$ >'$directory/dockerd.pid'; exec dockerd" >"$directory/dockerd.log" 2>&1 </dev/null
  fi
  local waited
  for ((waited = 0; waited < 60; waited++)); do
    engine_answers && return 0
    sleep 1
  done
  [ ! -f "$directory/dockerd.log" ] || tail -n 20 "$directory/dockerd.log" >&2
  die "the container engine does not answer after 60 s"
}

stop_engine() {
  local file=$1/dockerd.pid pid
  [ -f "$file" ] || return 0
  pid=$(cat "$file")
  # The number may belong to someone else after a reboot.
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    kill "$pid"
    while [ -d "/proc/$pid" ] && [ "$(cut -d' ' -f3 "/proc/$pid/stat" 2>/dev/null)" != Z ]; do sleep 0.2; done
  fi
  rm -f "$file"
}

ensure_node() {
  command -v node >/dev/null || die "Node is missing: install Node 20.19 or later, with npm"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    die "Node $(node -v) is too old: 20.19 or later is needed"
  command -v npm >/dev/null || die "npm is missing: install it beside Node"
}

# ensure_modules: node_modules as package-lock.json has it.
ensure_modules() {
  (cd "$repo" && npm ls --all >/dev/null 2>&1) && return 0
  step "installing the Node packages of package-lock.json (npm ci)"
  (cd "$repo" && retry 3 npm ci --no-audit --no-fund --loglevel=error >&2)
}

# ensure_bundle: dist/ newer than everything it is made of.
ensure_bundle() {
  local newer=
  if [ -f "$repo/dist/slipway.mjs" ]; then
    newer=$(find "$repo/src" "$repo/tools/bundle.mjs" "$repo/package.json" "$repo/package-lock.json" -newer "$repo/dist/slipway.mjs" -print -quit)
    [ -n "$newer" ] || return 0
  fi
  step "building dist/slipway.mjs"
  (cd "$repo" && node tools/bundle.mjs >&2)
}

slipway() { node "$repo/dist/slipway.mjs" "$@"; }
