# VMs: nodes whose only NIC is a port of a hypervisor's integration bridge, as a cloud's compute service plugs it.
# The node `gateway` is one more: it forwards between the network of its port and the network between the nodes.

# VMs, and the gateway if there is one: the nodes that were plugged.
vm_names() {
    local plug
    for plug in "$state"/nodes/*/plug; do
        [ ! -e "$plug" ] || basename "$(dirname "$plug")"
    done
}

add_vm() {
    local vm=$1
    [[ $vm =~ ^[a-z][a-z0-9]{0,11}$ ]] && [[ ! $vm =~ ^(central|switch|gateway|host[0-9]*)$ ]] ||
        refuse "a VM's name is 1 to 12 lower case letters and digits, and not another node's: $vm"
    make_vm "$vm" eth0 start_vm
}

start_vm() {
    local vm=$1
    vm_nic "$vm" eth0
    [ -n "$ip" ] || ask_dhcp "$vm"
    start_services_of "$vm" vm & wait $! ||
        { tail -n 20 "$state/nodes/$vm/services.log" >&2; refuse "services did not start on $vm"; }
    say "$vm is up on $on: $(address_of "$vm")"
}

add_gateway() {
    [ -n "$ip" ] || refuse "add-gateway needs --ip"
    make_vm gateway eth1 start_gateway
}

# A router in the kernel. What comes from the VMs goes out with its address, so nobody needs a route back.
start_gateway() {
    vm_nic gateway eth1
    cable_node gateway
    (
        exec {lock}>&-
        exec_in_node gateway sh -ec '
            ethtool -K eth1 tx off gso off gro off rxvlan off txvlan off >/dev/null
            echo 1 >/proc/sys/net/ipv4/ip_forward
            iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE'
    ) || refuse "the gateway does not forward"
    say "gateway is up on $on: $ip"
}

# Makes node $1 with a NIC $2 plugged into the hypervisor, and runs $3 with its name; all of it or nothing.
make_vm() {
    local vm=$1 nic=$2 start=$3
    [ -n "$on" ] && [ -n "$port" ] && [ -n "$mac" ] || refuse "$verb needs --on, --port and --mac"
    take_lock
    lab_exists || refuse "lab $name is not up (lab/lab up --name $name)"
    [[ $on == host* ]] && node_alive "$on" || refuse "there is no host $on in lab $name"
    [ ! -d "$state/nodes/$vm" ] || refuse "there is a node $vm already (lab/lab remove-vm --name $name $vm)"
    trap 'status=$?; [ $status -eq 0 ] || take_away "$vm"; exit $status' EXIT
    mkdir -p "$state/nodes/$vm"
    echo "$on tap${port:0:11}" >"$state/nodes/$vm/plug"
    echo "${ip%/*}" >"$state/nodes/$vm/address"
    start_node "$vm"
    plug "$vm" "$nic"
    "$start" "$vm"
    trap - EXIT
}

# A cable from the hypervisor's integration bridge to the VM, described there as the compute service describes it.
plug() {
    local vm=$1 nic=$2 tap=tap${port:0:11} size=${mtu:-1442}
    nsenter --target "$(node_pid "$on")" --net -- \
        ip link add "$tap" mtu "$size" type veth peer name "$nic" mtu "$size" address "$mac" netns "$(node_pid "$vm")"
    (exec {lock}>&-; exec_in_node "$on" bash -euc '
        . "$0/lib/datapath.sh"
        plain_packets "$1"
        kernel_datapath || kernel_deaf_on "$1"
        echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
        ip link set "$1" up
        ovs-vsctl --timeout=10 -- br-exists br-int
        ovs-vsctl --timeout=10 -- add-port br-int "$1" -- set Interface "$1" external_ids:iface-id="$2" \
            external_ids:attached-mac="$3" external_ids:vm-id="$4" external_ids:iface-status=active
        timeout 30 ovs-vsctl -- wait-until Interface "$1" external_ids:ovn-installed=true
    ' "$here" "$tap" "$port" "$mac" "$vm") ||
        refuse "port $port is not bound on $on: br-int and ovn-controller must be there, and the port in OVN"
}

# The VM's end: its address, unless DHCP is to say it.
vm_nic() {
    local vm=$1 nic=$2
    nsenter --target "$(node_pid "$vm")" --net -- ip -batch - <<END
link set lo up
link set $nic up
${ip:+addr add $ip brd + dev $nic}
${gateway:+route add default via $gateway dev $nic}
END
}

# Debian's cloud images run a DHCP client that stays; here one that asks once, and its answer holds as long as the lease.
ask_dhcp() {
    local vm=$1
    (exec {lock}>&-; exec_in_node "$vm" busybox udhcpc -i eth0 -q -n -f -t 10 -T 1 -O mtu -s "$here/lib/dhcp-lease") \
        >"$state/nodes/$vm/dhcp.log" 2>&1 || { cat "$state/nodes/$vm/dhcp.log" >&2; refuse "no address by DHCP for $vm"; }
    nsenter --target "$(node_pid "$vm")" --net -- ip -4 -o addr show dev eth0 scope global |
        sed 's|.* inet \([0-9.]*\)/.*|\1|' >"$state/nodes/$vm/address"
}

remove_vm() {
    take_lock
    [ -e "$state/nodes/$1/plug" ] || refuse "there is no VM $1 in lab $name"
    take_away "$1"
    say "$1 is gone"
}

# Ends a VM in whatever state it is; the cable goes with its namespace.
take_away() {
    local vm=$1 host tap
    read -r host tap <"$state/nodes/$vm/plug" || return 0
    if node_alive "$host"; then
        (exec {lock}>&-; exec_in_node "$host" ovs-vsctl --timeout=10 -- --if-exists del-port br-int "$tap") || true
        [ "$vm" != gateway ] || in_switch ip link del gateway 2>/dev/null || true
    fi
    kill_node "$vm"
    remove_node "$vm"
}
