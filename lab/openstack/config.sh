# The configuration of MariaDB's users, Keystone and Neutron, written into $folder for the address $address.
# Passwords are random for each run; they are in files for root alone and in no command line.

keystone=http://$address:5000
neutron=http://$address:9696

# The password of $1, made when it is first asked for.
secret() {
    local file=$folder/secret-$1
    [ -s "$file" ] || head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$file"
    cat "$file"
}

database() { echo "mysql+pymysql://$1:$(secret "$1-database")@localhost/$1?unix_socket=$folder/mysql.sock&charset=utf8"; }

write_config() {
    cat >keystone.conf <<END
[DEFAULT]
log_dir = $folder/log
[database]
connection = $(database keystone)
[fernet_tokens]
key_repository = $folder/fernet-keys
[credential]
key_repository = $folder/credential-keys
[token]
provider = fernet
[identity]
# The least there is: users of a lab are not worth a third of a second of work a log-in.
password_hash_rounds = 4
[cache]
# Within a request alone, where it saves most of the queries: nothing is kept that was revoked since.
enabled = true
backend = dogpile.cache.null
END
    cat >keystone-uwsgi.ini <<END
[uwsgi]
plugins = python3
wsgi-file = /usr/bin/keystone-wsgi-public
http-socket = $address:5000
buffer-size = 65535
# It closes after each answer without saying so, and a client that meant to go on would be reset.
add-header = Connection: close
master = true
lazy-apps = true
enable-threads = true
processes = 2
threads = 8
listen = 100
die-on-term = true
disable-logging = true
END
    cat >neutron.conf <<END
[DEFAULT]
core_plugin = ml2
service_plugins = trunk,ovn-router
auth_strategy = keystone
api_paste_config = $(find /etc/neutron /usr/share/neutron-common -name api-paste.ini | head -n 1)
bind_host = $address
bind_port = 9696
state_path = $folder/neutron
log_dir = $folder/log
# No agents and no compute service: nobody to send messages to.
transport_url = fake:/
api_workers = 2
rpc_workers = 0
rpc_state_report_workers = 0
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
[oslo_concurrency]
lock_path = $folder/neutron/lock
[oslo_messaging_notifications]
driver = noop
[database]
connection = $(database neutron)
[keystone_authtoken]
www_authenticate_uri = $keystone
auth_url = $keystone
auth_type = password
username = neutron
password = $(secret neutron)
project_name = service
user_domain_id = default
project_domain_id = default
[ml2]
type_drivers = local,flat,vlan,geneve
tenant_network_types = geneve
mechanism_drivers = ovn
extension_drivers = port_security
overlay_ip_version = 4
[ml2_type_geneve]
vni_ranges = 1:65535
max_header_size = 38
[securitygroup]
enable_security_group = true
[ovn]
ovn_nb_connection = tcp:$address:6641
ovn_sb_connection = tcp:$address:6642
ovn_metadata_enabled = false
END
}
