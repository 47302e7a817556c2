# The cloud operator's part: the network service, the hypervisors, the tenant's VMs.

central=$(lab/lab address central)

# operator ARGUMENT…: the openstack command line, as the cloud's administrator.
operator() { quietly central "source /run/admin-openrc; openstack $*"; }

start_service() {
    case $service in
        noauth)
            printf 'export OS_AUTH_TYPE=none OS_ENDPOINT=http://%s:9696\n' "$central" >"$scratch/admin"
            cp "$scratch/admin" "$scratch/red"
            start_ipam ''
            ;;
        keystone)
            lab/lab openstack --name "$name" keystone
            lab/lab openrc --name "$name" ovn-ipam | sed -n 's/^export OS_PASSWORD=//p' | copy_to central /run/ovn-ipam-password
            lab/lab exec --name "$name" central chmod 600 /run/ovn-ipam-password
            start_ipam "--auth keystone --auth-url http://$central:5000/v3 --auth-public-url http://$central:5000 \
                --auth-username ovn-ipam --auth-password-file /run/ovn-ipam-password"
            ;;
        neutron) lab/lab openstack --name "$name" neutron ;;
    esac
    owner=''
    if [ "$service" != noauth ]; then
        for user in admin red red-reader green; do lab/lab openrc --name "$name" $user >"$scratch/$user"; done
        # By id: this openstack command line does not find projects by name in every command.
        owner="--project $(sed -n 's/^export OS_PROJECT_ID=//p' "$scratch/red")"
    fi
    copy_to central /run/admin-openrc <"$scratch/admin"
}

start_ipam() {
    quietly central "setsid ovn-ipam up --open $1 >/var/log/ovn-ipam.log 2>&1 </dev/null &
        timeout 60 bash -c 'until curl -sf -o /dev/null http://127.0.0.1:9696/readyz; do sleep 0.1; done'" ||
        { quietly central 'cat /var/log/ovn-ipam.log'; return 1; }
}

# Hosts of the overlay mode and hypervisors are prepared alike.
prepare_hypervisors() {
    local host
    for host in host1 host2; do
        quietly $host "set -e
            ovn-integrate create-integration-bridge
            ovn-integrate set-ipam $central
            ovn-integrate set-tep $(lab/lab address $host)
            ovn-controller --pidfile --detach -vconsole:off --log-file
            ovn-container init --bridge br-int --overlay-mode"
        # A host binds ports to itself, which is for the cloud's own people; a network's endpoints are its tenant's to make.
        copy_to $host /run/openrc <"$scratch/admin"
        copy_to $host /run/red-openrc <"$scratch/red"
    done
    # A port cannot be bound to a hypervisor that the network service does not know yet.
    quietly host1 "timeout 30 bash -c 'until [ \$(ovn-sbctl --db=tcp:$central:6642 --no-leader-only --bare --columns=name list Chassis | grep -c host) -eq 2 ]; do sleep 0.2; done'"
}

# A management network, the way out of it, and a VM on each hypervisor with the tenant's RC file in it.
create_vms() {
    heading "The tenant's management network, and its VMs"
    local i vm group default
    # With ovn-ipam containers are in no group, so the default group of the VMs would not let them in. With Neutron they are in the default
    # group, which lets in who is in it too.
    group=$(operator security group create vms "$owner" -f value -c id)
    default=$(operator security group list "$owner" -f json | jq -r '.[] | select(.Name == "default") | .ID')
    operator security group rule create "$group" --protocol any --remote-ip 0.0.0.0/0 -f value -c id >/dev/null
    operator network create mgmt "$owner" -f value -c id >/dev/null
    operator subnet create mgmt "$owner" --network mgmt --subnet-range 10.0.0.0/24 -f value -c id >/dev/null
    operator port create gateway --network mgmt --fixed-ip ip-address=10.0.0.1 --disable-port-security --host host1 -f json \
        >"$scratch/gateway.json"
    lab/lab add-gateway --name "$name" --on host1 $(port_options gateway) --ip 10.0.0.1/24
    for i in 1 2; do
        vm=vm$i
        operator port create $vm "$owner" --network mgmt --host host$i --device-owner compute:nova --security-group "$group" \
            --security-group "$default" -f json >"$scratch/$vm.json"
        lab/lab add-vm --name "$name" $vm --on host$i $(port_options $vm)
        { cat "$scratch/red"; echo "export OS_VIF_ID=$(port_of $vm)"; } | copy_to $vm /run/openrc
    done
}

port_of() { jq -r .id "$scratch/$1.json"; }
port_options() { echo "--port $(port_of "$1") --mac $(jq -r .mac_address "$scratch/$1.json")"; }

# nb COMMAND…: OVN's Northbound database, which is the same whatever the network service is.
nb() { quietly central "ovn-nbctl --no-leader-only --db=unix:/run/ovn/ovnnb_db.sock $*"; }
