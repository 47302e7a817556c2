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
