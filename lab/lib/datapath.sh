# What a NIC needs when Open vSwitch reads it from userspace.

# The kernel's own datapath, or the one in userspace, which must own the NIC to send tunnels through it.
kernel_datapath() {
    modprobe -q openvswitch 2>/dev/null || true
    [ -d /sys/module/openvswitch ]
}

# What a switch in userspace must not get from a NIC: packets whose checksum is still to come, that are larger than they
# are sent, or whose VLAN tag is not in the packet.
plain_packets() { ethtool -K "$1" tx off gso off gro off rxvlan off txvlan off >/dev/null; }

# Open vSwitch reads the NIC beside the kernel, not instead of it: the kernel's copy of every packet is dropped, or
# it would answer and forward too. The filter is a one-instruction BPF program that says "drop" (2).
kernel_deaf_on() {
    tc qdisc add dev "$1" clsact
    tc filter add dev "$1" ingress bpf direct-action bytecode '1,6 0 0 2'
}

# Puts eth0, whose address $1 is, under a bridge of the datapath in userspace, as it has to be for tunnels.
nic_to_bridge() {
    local mac
    mac=$(cat /sys/class/net/eth0/address)
    ovs-vsctl -- --may-exist add-br breth0 -- set Bridge breth0 datapath_type=netdev other-config:hwaddr="$mac" \
        -- br-set-external-id breth0 bridge-id breth0 -- --may-exist add-port breth0 eth0
    kernel_deaf_on eth0
    # OVN commits connections with an all-zero NAT where the datapath says that it can. In Open vSwitch 3.1 the one in
    # userspace says so and then fails an assertion (conn_update_state) when such a connection's ports are used again.
    local datapath
    datapath=$(ovs-vsctl -- get Open_vSwitch . datapaths:netdev 2>/dev/null) ||
        datapath=$(ovs-vsctl -- --id=@new create Datapath 'datapath_version=""' -- set Open_vSwitch . datapaths:netdev=@new)
    ovs-vsctl --timeout=20 -- wait-until Datapath "$datapath" capabilities:ct_state=true \
        -- set Datapath "$datapath" capabilities:ct_zero_snat=false
    ip -batch - <<END
addr flush dev eth0
addr add $1/24 dev breth0
link set breth0 mtu $(cat /sys/class/net/eth0/mtu) up
END
}
