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

missed=0
note() { printf '  %-52s %s\n' "$1" "$2"; }
# judge WHAT VALUE LIMIT CONDITION: the condition is arithmetic with decimals.
judge() {
    local verdict=met
    [ "$(awk "BEGIN { print ($4) ? 1 : 0 }")" = 1 ] || { verdict=MISSED; missed=1; }
    printf '  %-52s %s  [%s] %s\n' "$1" "$2" "$3" $verdict
}
