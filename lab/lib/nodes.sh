# A node is a process that holds its namespaces: the `node-init` that is PID 1 in there.

address_of() {
    case $1 in
        central) echo 10.77.0.10 ;;
        gateway) echo 10.77.0.9 ;;
        host*) echo "10.77.0.$((10 + ${1#host}))" ;;
        *) cat "$state/nodes/$1/address" 2>/dev/null || refuse "there is no node $1" ;;
    esac
}

mac_of() { printf '02:00:%02x:%02x:%02x:%02x\n' $(address_of "$1" | tr . ' '); }

node_pid() { cat "$state/nodes/$1/pid" 2>/dev/null || true; }

# The process in the pid file is the node's init, not one that has come to its number since.
node_alive() {
    local pid title=''
    pid=$(node_pid "$1")
    [ -n "$pid" ] || return
    { IFS= read -r -d '' title <"/proc/$pid/cmdline"; } 2>/dev/null || true
    [ "$title" = "$(title_of "$1")" ]
}

# What `ps` shows for a node's init.
title_of() { echo "ovn-lab $lab $1"; }

live_nodes() {
    local node
    for node in $(ls "$state/nodes" 2>/dev/null); do
        if node_alive "$node"; then echo "$node"; fi
    done
}

start_node() {
    local node=$1 pid
    # The first line that node-init prints is its process id here; until then its mounts are not in place.
    IFS= read -r -t 20 pid < <(launch_node "$node") || refuse "node $node did not start: see $state/nodes/$node/init.log"
    echo "$pid" >"$state/nodes/$node/pid"
    # Its control group namespace was made in the node's group, which from now on must be empty of processes.
    settle_cgroups "$node"
}

# Starts these nodes, all at once.
start_nodes() {
    local node job jobs=() failed=''
    for node in "$@"; do
        start_node "$node" &
        jobs+=($!)
    done
    # To the last: whoever takes a lab away that could not be made must not meet one that still starts.
    for job in "${jobs[@]}"; do wait "$job" || failed=1; done
    [ -z "$failed" ] || exit 1
}

launch_node() {
    local node=$1
    join_cgroups "$node" "$BASHPID"
    exec {lock}>&-
    exec setsid unshare --net --mount --pid --uts --ipc --cgroup --fork \
        "$here/lib/node-init" "$state/nodes/$node" "$node" "$(title_of "$node")" 2>"$state/nodes/$node/init.log"
}

# PID 1's end takes all that is in the pid namespace with it; what started but never got that far is in the group.
kill_node() {
    local node=$1 process deadline=$((SECONDS + 20))
    if node_alive "$node"; then kill -KILL "$(node_pid "$node")" 2>/dev/null || true; fi
    while process=$(cgroup_processes "$node") && [ -n "$process" ]; do
        kill -KILL $process 2>/dev/null || true
        [ $SECONDS -lt $deadline ] || { echo "lab: processes of $node do not end: $process" >&2; return 1; }
        sleep 0.02
    done
}

remove_node() {
    remove_cgroups "$1"
    rm -rf --one-file-system "$state/nodes/$1"
}

# Runs a command in a node, with this project's programs first in its PATH.
exec_in_node() {
    local node=$1
    shift
    node_alive "$node" || refuse "there is no node $node in lab $lab, or it is dead (lab/lab status --name $lab)"
    join_cgroups "$node" "$BASHPID" leaf
    export PATH="${OVN_LAB_BIN:-$project/dist/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    # Docker's own command line and engine are of one version; a newer one found first would have to be told.
    exec nsenter --target "$(node_pid "$node")" --root --mount --uts --ipc --net --pid --cgroup --wdns="$PWD" -- "$@"
}

enter_node() {
    [ -t 0 ] || refuse "enter needs a terminal (exec runs a command)"
    export PS1="\\[\\e[1m\\]$1\\[\\e[0m\\]:\\w# "
    exec_in_node "$1" bash --norc
}

services_of() {
    local found='' service
    for service in ovsdb-server ovs-vswitchd ovn-controller dockerd; do
        if cgroup_processes "$1" | xargs -r ps -o comm= -p 2>/dev/null | grep -qx "$service"; then found+="$service "; fi
    done
    echo "$found"
}

# Starts what runs on node $1, whose role is $2: central, host or vm; of that only the services $3 …, if any.
start_services_of() {
    [ -z "${lock:-}" ] || exec {lock}>&-
    exec_in_node "$1" "$here/lib/node-services" "$2" "$1" "$(address_of "$1")" "$state/nodes/$1" "${@:3}" \
        >"$state/nodes/$1/services.log" 2>&1 </dev/null
}

# Starts what runs on each of these nodes, all nodes at once.
start_services() {
    local node jobs=() failed=''
    for node in "$@"; do
        start_services_of "$node" "${node%%[0-9]*}" &
        jobs+=("$node:$!")
    done
    for node in "${jobs[@]}"; do
        wait "${node#*:}" || failed+=" ${node%:*}"
    done
    [ -z "$failed" ] && return
    for node in $failed; do tail -n 20 "$state/nodes/$node/services.log" >&2; done
    refuse "services did not start on:$failed"
}

# Starts services of a node that has died of it, or was stopped.
start_again() {
    local node=$1 role
    node_alive "$node" || refuse "there is no node $node in lab $lab, or it is dead (lab/lab status --name $lab)"
    role=${node%%[0-9]*}
    [ ! -e "$state/nodes/$node/plug" ] || role=vm
    start_services_of "$node" "$role" "${@:2}" & wait $! ||
        { tail -n 20 "$state/nodes/$node/services.log" >&2; refuse "services did not start on $node: ${*:2}"; }
}

# The power fails and comes back: everything of these nodes ends at once, what is on their disks stays.
reboot_nodes() {
    local node
    for node in "$@"; do
        [[ $node =~ ^(central|host[0-9]+)$ ]] && [ -d "$state/nodes/$node" ] ||
            refuse "reboot takes central and hosts of lab $lab, not $node"
    done
    for node in "$@"; do kill_node "$node"; done
    for node in "$@"; do
        remove_cgroups "$node"
        start_node "$node"
        cable_node "$node"
    done
    start_services "$@"
    introduce_hosts "$@"
}

# Tells these nodes the others' MACs. In userspace Open vSwitch resolves a tunnel's next hop itself, and drops the packets
# that come until it has: hosts of a real network have met before.
introduce_hosts() {
    local node other words jobs=()
    for node in "$@"; do
        [ "$node" != central ] || continue
        words='ovs-vsctl br-exists breth0 || exit 0'
        for other in $(node_names); do
            [ "$other" = "$node" ] ||
                words+="; ovs-appctl tnl/neigh/set breth0 $(address_of "$other") $(mac_of "$other")"
        done
        (exec {lock}>&-; exec_in_node "$node" bash -c "$words") >/dev/null </dev/null &
        jobs+=($!)
    done
    [ ${#jobs[@]} -eq 0 ] || wait "${jobs[@]}"
}
