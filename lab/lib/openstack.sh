# A real OpenStack on the node `central`: Debian's Keystone and Neutron, on MariaDB. lab/openstack has how.

# Starts Keystone, or Keystone and Neutron with OVN's databases. They end with the node.
start_openstack() {
    local what=${1:-neutron} tool missing=''
    [[ $what =~ ^(keystone|neutron)$ ]] || refuse "openstack starts keystone or neutron, not $what"
    for tool in mariadbd mariadb-install-db keystone-manage uwsgi neutron-server neutron-db-manage openstack; do
        command -v "$tool" >/dev/null || missing+=" $tool"
    done
    [ -z "$missing" ] || refuse "not installed:$missing (make deps-openstack installs them)"
    take_lock
    node_alive central || refuse "lab $name is not up (lab/lab up --name $name)"
    [ ! -e "$(openstack_folder)" ] || refuse "lab $name has its OpenStack already"
    (exec {lock}>&-; exec_in_node central "$here/openstack/start" "$(openstack_folder)" "$(address_of central)" "$what") \
        >"$state/nodes/central/openstack.log" 2>&1 </dev/null ||
        { cat "$state/nodes/central/openstack.log" >&2; refuse "OpenStack did not start"; }
    say "$what is up ($(tail -n 1 "$state/nodes/central/openstack.log" | sed 's/^ *//; s/  .*//')): lab/lab openrc --name $name red"
}

openstack_folder() { echo "$state/nodes/central/openstack"; }

# The RC file of a user: admin, red, red-reader (the same project), green, or the service user ovn-ipam.
print_openrc() { cat "$(openstack_folder)/$1-openrc" 2>/dev/null || refuse "there is no OpenStack user $1 in lab $name"; }
