# The network between the nodes: a bridge in a namespace of its own, a cable to each node's eth0.

in_switch() { nsenter --target "$(node_pid switch)" --net -- "$@"; }

# In the node `switch`, which is there.
build_switch() {
    in_switch ip link add underlay type bridge
    # What a bridge in there would filter, if the kernel can: nothing.
    in_switch sh -c 'for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ -e "$f" ] && echo 0 >"$f"; done; :'
    in_switch ip link set underlay mtu "$(cat "$state/mtu")" up
}

# Both ends are made where they belong: nothing ever appears in the machine's own namespace.
cable_node() {
    local node=$1 pid switch mtu
    # The kernel takes its time to remove the cable of a node that was killed a moment ago.
    in_switch ip link del "$node" 2>/dev/null || true
    pid=$(node_pid "$node") switch=$(node_pid switch) mtu=$(cat "$state/mtu")
    nsenter --target "$switch" --net -- \
        ip link add "$node" mtu "$mtu" type veth peer name eth0 mtu "$mtu" address "$(mac_of "$node")" netns "$pid"
    in_switch ip link set "$node" master underlay up
    nsenter --target "$pid" --net -- ip -batch - <<END
link set lo up
addr add $(address_of "$node")/24 dev eth0
link set eth0 up
END
}
