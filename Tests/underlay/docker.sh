# The same tenant by Docker's own commands, in both VMs.

docker_networks() {
    local vm
    heading 'Docker networks of the tenant: the plugin gets the credentials'
    for vm in vm1 vm2; do
        quietly $vm 'umask 077; env -i bash -c "source /run/openrc; env" | grep ^OS_ >/run/docker-plugin.env
            kill -HUP $(cat /run/ovn-docker-plugin.holder.pid)'
    done
    on vm1 'docker network create -d ovn --ipam-driver ovn --subnet 10.30.0.0/24 -o net=tenant tenant'
    on vm2 'docker network create -d ovn --ipam-driver ovn --subnet 10.30.0.0/24 -o net=tenant tenant'
    on vm1 'docker run -d --name d1 --net tenant ubuntu sh -c "httpd -p 7 -h /bin; sleep 1000"'
    on vm2 'docker run -d --name d2 --net tenant --ip 10.30.0.77 ubuntu sleep 1000'
    local first
    first=$(quietly vm1 "docker inspect -f '{{.NetworkSettings.Networks.tenant.IPAddress}}' d1")
    on vm1 'ovn-container endpoint-list tenant'
    expect 'a container of docker run has the address it asked for, as a VLAN of its VM' subport_of vm2 10.30.0.77
    expect 'containers of docker run reach each other between the VMs' answered_once quietly vm2 "docker exec d2 ping -c 2 -W 2 $first"
    expect 'TCP gets through between them' equal \
        "$(quietly vm2 "docker exec d2 sh -c 'timeout 20 wget -q -O - http://$first:7/busybox | wc -c'")" \
        "$(quietly vm1 'docker exec d1 sh -c "wc -c </bin/busybox"')"
    expect 'they find each other by name, and names by addresses' \
        quietly vm2 "for i in 1 2 3 4 5; do docker exec d2 nslookup d1 | grep -q $first && break; sleep 1; done
            docker exec d2 nslookup d1 | grep -q $first && docker exec d2 nslookup $first | grep -q d1.tenant"
    expect 'they do not reach the tenant in another network' fails quietly vm2 "docker exec d2 ping -c 1 -W 1 192.168.1.11"

    on vm1 'docker rm -f d1'
    on vm2 'docker rm -f d2'
    on vm1 'docker network rm tenant'
    on vm2 'docker network rm tenant'
    expect 'with the last user the network is gone, and its ports and VLANs with it' equal \
        "$(quietly vm1 'source /run/openrc; ovn-container net-list --format value; ovn-container endpoint-list --format value' | grep -c -e tenant -e '10\.30\.0')" 0
}

fails() { ! "$@" >/dev/null 2>&1; }

# subport_of VM ADDRESS: whether the port with the address hangs on the VM's.
subport_of() {
    local row
    row=$(nb --format=csv --no-headings --data=bare --columns=parent_name,external_ids list Logical_Switch_Port | grep -F "$2/" | cut -d, -f1)
    equal "$row" "$(port_of "$1")"
}
