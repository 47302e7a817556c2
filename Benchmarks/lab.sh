# What the parts share that measure on hosts of a lab: sourced.

# start_lab NAME HOSTS: the central point, and hosts that know it.
start_lab() {
    local lab=$1 hosts=$2 ipam host
    lab/lab down --quiet --name "$lab"
    lab/lab up --quiet --name "$lab" --hosts "$hosts"
    ipam=$(lab/lab address --name "$lab" central)
    lab/lab exec --name "$lab" central bash -c 'setsid ovn-ipam up --open >/var/log/ovn-ipam.log 2>&1 </dev/null &'
    lab/lab exec --name "$lab" central timeout 60 bash -c "until curl -sf -o /dev/null http://127.0.0.1:9696/readyz; do sleep 0.1; done"
    for host in $(seq -f 'host%.0f' "$hosts"); do
        lab/lab exec --name "$lab" "$host" bash -ec "
            ovn-integrate create-integration-bridge
            ovn-integrate set-ipam $ipam
            ovn-integrate set-tep $(lab/lab address --name "$lab" "$host")
            ovn-controller --pidfile --detach -vconsole:off --log-file
            ovn-container init --bridge br-int --overlay-mode" >/dev/null
    done
}

# add_network LAB HOST
add_network() {
    lab/lab exec --name "$1" "$2" docker network create -d ovn --ipam-driver ovn --subnet 10.1.0.0/16 -o net=bench ovn >/dev/null
}

# add_ports LAB: 5,000 ports, all in the default security group; as many in the network that is measured as in each of 19 others.
add_ports() {
    local lab=$1 network
    network=$(lab/lab exec --name "$lab" host1 ovn-container net-list --format value | awk '$2 == "bench" { print $1 }')
    lab/lab exec --name "$lab" central python3 - "$network" <<'PYTHON'
import json, sys, urllib.request

def create(kind, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:9696/v2.0/{kind}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=120))

networks = [sys.argv[1]]
for number in range(19):
    networks.append(create("networks", {"network": {"name": f"other{number}"}})["network"]["id"])
    create("subnets", {"subnet": {"network_id": networks[-1], "cidr": "10.2.0.0/16", "ip_version": 4}})
for network in networks:
    for _ in range(2):
        create("ports", {"ports": [{"network_id": network}] * 125})
PYTHON
    lab/lab exec --name "$lab" central timeout 300 ovn-nbctl --db=unix:/run/ovn/ovnnb_db.sock --wait=hv sync
}

missed=0
note() { printf '  %-52s %s\n' "$1" "$2"; }
# judge WHAT VALUE LIMIT CONDITION: the condition is arithmetic with decimals.
judge() {
    local verdict=met
    [ "$(awk "BEGIN { print ($4) ? 1 : 0 }")" = 1 ] || { verdict=MISSED; missed=1; }
    printf '  %-52s %s  [%s] %s\n' "$1" "$2" "$3" $verdict
}
