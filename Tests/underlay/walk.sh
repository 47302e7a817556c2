# The walk-through itself, inside the VMs, and what it must show.

declare -A network_container container

# container_on NODE ENDPOINT: a network container for the endpoint, and a main container in it.
container_on() {
    local node=$1 endpoint=$2
    on "$node" "ovn-container container-create --network=$endpoint"
    network_container[$endpoint]=$reply
    on "$node" "docker run -d --net=container:$reply ubuntu /bin/sh -c 'while true; do echo hello world; sleep 1; done'"
    container[$endpoint]=$reply
}

# in_container NODE ENDPOINT COMMAND
in_container() { quietly "$1" "docker exec ${container[$2]} $3"; }
pings() { answered_once in_container "$1" "$2" "ping -c 2 -W 2 $3"; }
does_not_ping() { ! in_container "$1" "$2" "ping -c 2 -W 1 $3" >/dev/null; }
vm_pings() { answered_once quietly "$1" "ping -c 2 -W 2 $2"; }
# Not twice, as where a kernel answers beside Open vSwitch.
answered_once() {
    local said status=0
    said=$("$@") || status=$?
    [ $status -eq 0 ] && [[ $said != *DUP!* ]] || { echo "$said"; return 1; }
}
address_in() { in_container "$1" "$2" 'ip -4 -o addr show eth0' | sed 's|.* inet \([0-9.]*\)/.*|\1|'; }

# A megabyte by TCP, from the second container to the first: pings alone would not notice a wrong MTU or checksum.
carries_tcp() {
    local node=$1 reader=$2 at=$3 server=$4 address=$5
    in_container "$at" "$server" 'sh -c "dd if=/dev/zero of=/tmp/megabyte bs=1024 count=1024 2>/dev/null; httpd -p 7 -h /tmp"'
    equal "$(in_container "$node" "$reader" "timeout 20 sh -c 'wget -q -O - http://$address:7/megabyte | wc -c'")" 1048576
}

walk() {
    local vm
    heading "In each VM: its NIC to a bridge, and the underlay mode"
    for vm in vm1 vm2; do
        address[$vm]=$(lab/lab address --name "$name" $vm)
        on $vm 'ovn-integrate nics-to-bridge eth0'
        on $vm 'ovn-container init --bridge breth0 --underlay-mode'
        on $vm 'ip -br addr show breth0; ip route'
        expect "$vm reaches the network service through its bridge" quietly $vm "curl -sf -m 10 -o /dev/null http://$central:9696/"
    done
    expect 'the VMs reach each other through their bridges' vm_pings vm1 "${address[vm2]}"

    heading 'Two networks of the tenant, with the same addresses'
    on vm1 'ovn-container net-create blue 192.168.1.0/24'
    on vm1 'ovn-container net-create green 192.168.1.0/24'
    on vm2 'ovn-container net-list'

    heading 'Two containers in each VM, one in each network, and one in the management network'
    on vm1 'ovn-container endpoint-create blue blue1 --ip 192.168.1.11'
    on vm1 'ovn-container endpoint-create green green1 --ip 192.168.1.21'
    on vm1 'ovn-container endpoint-create mgmt mgmt1'
    on vm2 'ovn-container endpoint-create blue blue2 --ip 192.168.1.12'
    on vm2 'ovn-container endpoint-create green green2 --ip 192.168.1.22'
    on vm2 'ovn-container endpoint-list'
    local endpoint
    for endpoint in blue1 green1 mgmt1; do container_on vm1 $endpoint; done
    for endpoint in blue2 green2; do container_on vm2 $endpoint; done

    heading 'The same network in the overlay mode, on a hypervisor'
    on host1 'source /run/red-openrc; ovn-container endpoint-create blue blue3 --ip 192.168.1.13'
    container_on host1 blue3

    heading 'Who reaches whom'
    expect 'blue in vm1 reaches blue in vm2' pings vm1 blue1 192.168.1.12
    expect 'blue in vm2 reaches blue in vm1' pings vm2 blue2 192.168.1.11
    expect 'green in vm1 reaches green in vm2' pings vm1 green1 192.168.1.22
    expect 'blue does not reach green in the other VM' does_not_ping vm1 blue1 192.168.1.22
    expect 'blue does not reach green in its own VM' does_not_ping vm1 blue1 192.168.1.21
    expect 'green does not reach blue in the other VM' does_not_ping vm2 green2 192.168.1.11
    expect 'a container reaches the VM it is in' pings vm1 mgmt1 "${address[vm1]}"
    expect 'a container reaches the other VM' pings vm1 mgmt1 "${address[vm2]}"
    expect 'a VM reaches a container in the other VM' vm_pings vm2 "$(address_in vm1 mgmt1)"
    expect 'blue in vm1 reaches blue in the overlay mode, on its own hypervisor' pings vm1 blue1 192.168.1.13
    expect 'blue in vm2 reaches blue in the overlay mode, on the other hypervisor' pings vm2 blue2 192.168.1.13
    expect 'blue in the overlay mode reaches blue in vm2' pings host1 blue3 192.168.1.12
    expect 'green does not reach blue in the overlay mode' does_not_ping vm1 green1 192.168.1.13
    expect 'TCP gets through between the VMs' carries_tcp vm1 blue1 vm2 blue2 192.168.1.12
    expect 'TCP gets through from a VM to the overlay mode' carries_tcp vm2 blue2 host1 blue3 192.168.1.13
}

declare -A address

# Everything is deleted as the walk-through says, and nothing of it is left in OVN, in the VMs and in Docker.
clean_up() {
    heading 'Delete the endpoints and the networks'
    local endpoint node vm
    for endpoint in blue1:vm1 green1:vm1 mgmt1:vm1 blue2:vm2 green2:vm2 blue3:host1; do
        node=${endpoint#*:} endpoint=${endpoint%:*}
        quietly "$node" "docker rm -f ${container[$endpoint]}" >/dev/null
        on "$node" "ovn-container endpoint-delete $endpoint"
    done
    on vm2 'ovn-container net-delete blue'
    on vm2 'ovn-container net-delete green'
    for node in vm1 vm2 host1; do
        expect "no container is left on $node" equal "$(quietly $node 'docker ps -aq')" ''
    done
    expect 'no logical port has a parent' equal "$(nb --bare --columns=name find Logical_Switch_Port 'parent_name!=[]')" ''
    for vm in vm1 vm2; do
        expect "only the NIC is left in the bridge of $vm" equal "$(quietly $vm 'ovs-vsctl list-ports breth0')" eth0
        on $vm 'ovn-integrate nics-from-bridge eth0'
        expect "$vm has its address on its NIC again" \
            equal "$(quietly $vm "ip -4 -o addr show dev eth0" | sed 's|.* inet \([0-9.]*\)/.*|\1|')" "${address[$vm]}"
    done
}
