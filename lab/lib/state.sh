# What a lab has made is written down before it is made, in a folder per lab; `down` works from that folder alone,
# so it also cleans up after an `up` that was killed.

state_root=${OVN_LAB_STATE:-/var/lib/ovn-lab}

say() { [ -n "${quiet:-}" ] || printf '%s\n' "$*" >&2; }

# Refuses what the user asked for: wrong words or a wrong moment, nothing was changed.
refuse() { printf 'lab: %s\n' "$*" >&2; exit 1; }

open_state() {
    lab=$1
    state=$state_root/$lab
}

lab_exists() { [ -d "$state/nodes" ]; }

all_labs() {
    local folder
    for folder in "$state_root"/*/; do
        [ -d "$folder" ] && basename "$folder"
    done
    return 0
}

# One `up` or `down` of a lab at a time. The descriptor must not reach what is started, or it would keep the lock.
take_lock() {
    mkdir -p "$state_root"
    exec {lock}>"$state_root/.$lab.lock"
    flock -w 120 "$lock" || refuse "another up or down of lab $lab has not ended within 120 s"
}

create_state() {
    mkdir -p "$state/nodes/switch" "$state/nodes/central"
    local i
    for ((i = 1; i <= hosts; i++)); do mkdir -p "$state/nodes/host$i"; done
    printf '%s\n' "${mtu:-1500}" >"$state/mtu"
    [ -z "${OVN_LAB_USR:-}" ] || ln -s "$(realpath "$OVN_LAB_USR")" "$state/usr"
    {
        echo '127.0.0.1 localhost'
        local node
        for node in $(node_names); do echo "$(address_of "$node") $node"; done
    } >"$state/hosts"
}

# Nodes in the order they are listed to the user; the switch has no services and is not one of them.
node_names() {
    echo central
    ls "$state/nodes" 2>/dev/null | grep '^host' | sort -V || true
}

# Ends everything and removes everything, in whatever state it is.
destroy() {
    local node job jobs=() failed=''
    for node in $(ls "$state/nodes" 2>/dev/null); do
        (kill_node "$node"; remove_node "$node") &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job" || failed=1; done
    [ -z "$failed" ] || return 1
    rm -rf --one-file-system "$state"
    rm -f "$state_root/.$lab.lock"
    rmdir "$state_root" 2>/dev/null || true
}

need_tools() {
    local tool missing=''
    for tool in ovsdb-server ovs-vswitchd ovs-vsctl dockerd docker busybox ip nft tc ethtool nsenter unshare flock; do
        command -v "$tool" >/dev/null || missing+=" $tool"
    done
    [ -z "$missing" ] || refuse "not installed:$missing (make deps installs them)"
}
