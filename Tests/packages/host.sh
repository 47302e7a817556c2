# The package of a host: two of them, joined by the commands of README.

central_address=10.77.0.10

hosts_join() {
    local node datapath join
    for node in host1 host2; do
        # Where the kernel has Open vSwitch, nothing of this is needed.
        datapath=''
        if ! on $node test -d /sys/module/openvswitch; then
            datapath='--datapath netdev'
            in_machine $node ". /mnt/lab/lib/datapath.sh; nic_to_bridge $(lab/lab address --name $name $node)"
        fi
        it "the host package starts nothing on $node before it joins" $node "
            dpkg -i $host
            for unit in ovn-docker-plugin.socket ovn-docker-plugin ovn-restore; do
                not systemctl is-active \$unit
                not systemctl is-enabled \$unit
            done
            [ \"\$(stat -c '%U %a' /run/ovn-containers)\" = 'root 700' ]
            [ -e /usr/share/man/man1/ovn-container.1.gz ]"
        join=$(in_machine central "ovn-ipam invite --central $central_address")
        it "$node joins straight after the installation" $node "
            $join $datapath
            for unit in ovn-docker-plugin.socket ovn-docker-plugin ovn-restore ovn-host; do
                systemctl is-active \$unit
                systemctl is-enabled \$unit
            done
            mkdir -p /root/image/bin
            cp /bin/busybox /root/image/bin
            ln -sf busybox /root/image/bin/sleep
            tar -C /root/image -c . | docker import - box
            docker network create -d ovn --ipam-driver ovn --subnet 10.1.0.0/16 -o net=blue blue
            timeout 60 bash -c 'until ovn-integrate status; do sleep 0.5; done'"
    done
    for node in host1 host2; do
        in_machine $node "docker run -d --name box --network blue --restart always box sleep infinity" >/dev/null
    done
    # A network container, with an endpoint of its own.
    it 'a network container is made of the program in libexec' host1 '
        ovn-container endpoint-create blue door
        ovn-container container-create --network=door >/root/door
        pgrep -x pause'
    other=$(in_machine host2 'docker inspect -f "{{.NetworkSettings.Networks.blue.IPAddress}}" box')
    it 'containers of both hosts reach each other' host1 "
        timeout 60 bash -c 'until nsenter -t \$(docker inspect -f {{.State.Pid}} box) -n ping -c 1 -W 1 $other; do sleep 0.2; done'"
}

# Both packages become newer under a ping, 100 packets a second.
upgrades() {
    in_machine host1 "( $others ) >/root/before; systemctl show --value -p MainPID ovn-docker-plugin >/root/plugin
        nsenter -t \$(docker inspect -f '{{.State.Pid}}' box) -n ping -q -i 0.01 -c 3000 -W 10 $other >/root/ping 2>&1 &"
    it 'the host package is upgraded while containers talk' host1 "
        dpkg -i $newer_host
        [ \"\$(systemctl show --value -p MainPID ovn-docker-plugin)\" != \"\$(cat /root/plugin)\" ]
        docker run --rm --network blue box sleep 0
        none \"\$(systemctl --failed --no-legend | grep ovn)\""
    it 'the central package is upgraded while containers talk' central "dpkg --force-confdef -i $newer_central; $ready"
    it 'no packet is lost in between' host1 "
        pgrep -x ping
        timeout 120 bash -c 'while pgrep -x ping; do sleep 0.1; done'
        cat /root/ping
        grep '^3000 packets transmitted, 3000 received' /root/ping"
    it 'nothing but the plugin was started again: not Open vSwitch, ovn-controller, Docker, network containers, nor the socket' host1 "
        ( $others ) >/root/after
        diff /root/before /root/after"
}

removals() {
    it 'a removal leaves running containers, their packets, the firewall and settings' host1 "
        dpkg -r ovn-containers-host >/root/said 2>&1
        grep 'go on running' /root/said
        nsenter -t \$(docker inspect -f '{{.State.Pid}}' box) -n ping -q -c 3 -W 1 $other
        pgrep -x pause
        nft list table inet ovn_containers
        ovs-vsctl get Open_vSwitch . external_ids:ipam
        [ ! -e /run/docker/plugins/ovn.sock ]
        [ ! -e /usr/bin/ovn-container ]"
    it 'an installation after a removal goes on where it was' host1 "
        dpkg -i $host
        systemctl start ovn-docker-plugin.socket ovn-docker-plugin.service
        docker run --rm --network blue box sleep 0
        ovn-integrate status"
    it 'a package is not removed under a NIC that needs it at the next boot' host1 '
        ovs-vsctl set Bridge br-int external_ids:ovn-containers\\:nic=eth7
        not dpkg -r ovn-containers-host 2>/root/refusal
        grep "ovn-integrate nics-from-bridge eth7" /root/refusal
        ovs-vsctl remove Bridge br-int external_ids ovn-containers\\:nic
        systemctl is-active ovn-docker-plugin'
    it 'leave and purge leave nothing of the package' host1 '
        ovn-container endpoint-delete door
        docker rm -f box
        docker network rm blue
        ovn-integrate leave
        for unit in ovn-docker-plugin.socket ovn-docker-plugin ovn-restore ovn-host; do not systemctl is-active $unit; done
        echo OS_PASSWORD=secret >/etc/ovn-containers/docker-plugin.env
        dpkg -P ovn-containers-host
        [ ! -e /etc/ovn-containers ]
        [ ! -e /run/ovn-containers ]
        [ ! -e /var/lib/ovn-containers ]
        none "$(find /etc/systemd /var/lib/systemd /usr /lib/systemd -name "*ovn-docker-plugin*" -o -name "*ovn-restore*")"
        not nft list table inet ovn_containers
        none "$(systemctl list-units --all --no-legend --plain "ovn-docker-plugin*" | grep loaded)"'
    it 'a removal of central leaves its databases to the services of ovn-central' central '
        dpkg -r ovn-containers-central
        none "$(find /var/lib/ovn ! -user root)"
        [ ! -L /run/ovn/ovnnb_db.sock ]
        systemctl enable --now ovn-central
        timeout 20 bash -c "until ovn-nbctl --timeout=2 ls-list | grep neutron; do sleep 0.2; done"'
    it 'the package installed again leaves them there, until it is told' central "
        dpkg -i $central
        systemctl is-active ovn-central
        not systemctl is-active ovn-ipam
        systemctl disable ovn-central ovn-ovsdb-server-nb ovn-ovsdb-server-sb
        systemctl enable --now ovn-ipam
        $ready
        ovn-nbctl --timeout=5 ls-list | grep neutron"
}
