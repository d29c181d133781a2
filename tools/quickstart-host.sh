# The part of tools/quickstart that changes the machine, and takes it back. Sourced; uses its variables.
# shellcheck shell=bash

packages='docker.io mmdebstrap iproute2 procps'
ip_program=$(command -v ip || echo /usr/sbin/ip)

# ensure_bridge: a bridge with an address of a free subnet. A pair of virtual cables gives it a carrier, without which
# keepalived takes the interface for dead. Sets `subnet` ("10.231.240").
ensure_bridge() {
  subnet=$(cat "$state/subnet" 2>/dev/null || node "$repo/tools/free-subnet.mjs") || die "no free subnet was found"
  if [ -e "/sys/class/net/$bridge" ]; then
    [ -f "$state/subnet" ] || die "there is a bridge $bridge that this site did not make: another quickstart?"
    return 0
  fi
  is_root || {
    say "The bridge $bridge is missing; making it takes root:"
    say "  ip link add $bridge type bridge && ip link add ${bridge}a type veth peer name ${bridge}b"
    say "  ip link set ${bridge}a master $bridge && ip addr add $subnet.1/24 dev $bridge"
    say "  for i in $bridge ${bridge}a ${bridge}b; do ip link set \$i up; done"
    die "make it and call this again"
  }
  step "making the bridge $bridge with $subnet.1/24"
  printf '%s\n' "$subnet" >"$state/subnet"
  "$ip_program" link add "$bridge" type bridge
  "$ip_program" link add "${bridge}a" type veth peer name "${bridge}b"
  "$ip_program" link set "${bridge}a" master "$bridge"
  "$ip_program" addr add "$subnet.1/24" dev "$bridge"
  local link
  for link in "$bridge" "${bridge}a" "${bridge}b"; do "$ip_program" link set "$link" up; done
  : >"$state/changed"
}

# The kernel settings that bootstrap and an engine may change, as they were before the first call.
host_settings='net.ipv4.ip_nonlocal_bind net.ipv6.ip_nonlocal_bind'
# Where bootstrap writes them for the next start of the machine (pipelines/bootstrap.yml).
settings_file=/etc/sysctl.d/60-slipway.conf

keep_host_settings() {
  [ ! -f "$state/settings" ] || return 0
  [ -e "$settings_file" ] || : >"$state/made-settings-file"
  engine_answers || host_settings+=' net.ipv4.ip_forward'
  local name file
  for name in $host_settings; do
    file=/proc/sys/${name//.//}
    [ ! -r "$file" ] || printf '%s %s\n' "$name" "$(cat "$file")"
  done >"$state/settings"
}

restore_host_settings() {
  [ ! -e "$state/made-settings-file" ] || rm -f "$settings_file"
  [ -f "$state/settings" ] || return 0
  local name value file
  while read -r name value; do
    file=/proc/sys/${name//.//}
    [ "$(cat "$file")" = "$value" ] || printf '%s' "$value" >"$file" || say "$name could not be set back to $value"
  done <"$state/settings"
}

# take_away: the opposite of everything, by what the state says was made here.
take_away() {
  [ -d "$state" ] || {
    say "There is no quickstart in $directory: nothing to take away."
    return 0
  }
  say "This removes the containers, volumes, images, bridge and site of $directory$(packages_note)."
  confirm "Go on?" || die "nothing was done"
  if engine_answers; then
    step "containers, volumes and images"
    node "$repo/tools/engine-objects.mjs" remove "$name" "$state/images"
  fi
  remove_bridge
  stop_engine "$state"
  restore_host_settings
  remove_packages
  [ ! -e "$state/made-dist" ] || rm -rf "$repo/dist"
  [ ! -e "$state/made-node-modules" ] || rm -rf "$repo/node_modules"
  rm -rf "$directory"
  say "Everything that the quickstart made is gone$(cache_note)."
}

cache_note() { ! engine_answers || printf ', but for the cache of the builder (docker builder prune)'; }

packages_note() { [ ! -s "$state/packages" ] || printf ', and the packages that came with it (%s)' "$(paste -sd' ' "$state/packages")"; }

remove_bridge() {
  [ -f "$state/subnet" ] && [ -e "/sys/class/net/$bridge" ] || return 0
  step "bridge $bridge"
  "$ip_program" link del "${bridge}a" 2>/dev/null || true
  "$ip_program" link del "$bridge"
}

# Packages that came with the quickstart, unless something that was installed since needs one of them.
remove_packages() {
  [ -s "$state/packages" ] || return 0
  step "packages"
  local names others
  names=$(LC_ALL=C sort -u "$state/packages")
  # shellcheck disable=SC2086
  others=$(apt-get -s purge $names </dev/null | sed -n 's/^Purg \([^ :]*\).*/\1/p' | LC_ALL=C sort -u | LC_ALL=C comm -13 <(printf '%s\n' "$names") -)
  if [ -n "$others" ]; then
    say "kept, because these need them now: $(paste -sd' ' <<<"$others")"
    return 0
  fi
  ! grep -qx docker.io <<<"$names" || remove_engine_traces
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq $names </dev/null >&2
  ! grep -qx docker.io <<<"$names" || remove_engine_data
}

# What an engine and its package leave: the group, and in the kernel the bridge, chains and rules.
remove_engine_traces() {
  groupdel docker 2>/dev/null || true
  "$ip_program" link del docker0 2>/dev/null || true
  local program
  for program in iptables ip6tables; do
    has_program "$program" || continue
    "$program-save" 2>/dev/null | grep -vE 'DOCKER|docker0' | sed 's/^:FORWARD DROP/:FORWARD ACCEPT/' | "$program-restore" 2>/dev/null || true
  done
}

remove_engine_data() {
  local mounted
  for mounted in /run/docker/netns/*; do umount "$mounted" 2>/dev/null || true; done
  rm -rf /var/lib/docker /var/lib/containerd /etc/docker /etc/containerd /run/docker 2>/dev/null ||
    say "some of /var/lib/docker, /var/lib/containerd and /run/docker is in use: kept"
}
