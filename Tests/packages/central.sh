# The package of the central point, without hosts.

# Debian's ovn-central serves databases that somebody uses.
central_that_is_in_use() {
    in_machine central 'ovn-nbctl ls-add theirs; systemctl show --value -p MainPID ovn-ovsdb-server-nb >/root/before'
    it 'databases that are in use stay with the services of ovn-central, and the package says so' central "
        dpkg -i $central >/root/said 2>&1
        grep 'Debian.s services (ovn-central) serve them, and go on' /root/said
        not systemctl is-active ovn-ipam
        not systemctl is-enabled ovn-ipam
        [ \"\$(systemctl show --value -p MainPID ovn-ovsdb-server-nb)\" = \"\$(cat /root/before)\" ]
        ovn-nbctl ls-list | grep theirs"
    it 'an upgrade does not take them over either' central "
        dpkg -i $newer_central
        not systemctl is-active ovn-ipam
        systemctl is-active ovn-central
        [ \"\$(systemctl show --value -p MainPID ovn-ovsdb-server-nb)\" = \"\$(cat /root/before)\" ]"
    it 'what the package says to do lets ovn-ipam serve the same databases' central "
        systemctl disable ovn-central ovn-ovsdb-server-nb ovn-ovsdb-server-sb
        systemctl enable --now ovn-ipam
        $ready
        for unit in $theirs; do not systemctl is-active \$unit; done
        ovn-nbctl --timeout=10 ls-list | grep theirs"
    it 'a purge leaves the databases, as files of root, and the services of ovn-central serve them again' central "
        dpkg -P ovn-containers-central
        [ ! -e /etc/ovn-containers ]
        none \"\$(find /var/lib/ovn ! -user root)\"
        systemctl enable --now ovn-central
        timeout 20 bash -c 'until ovn-nbctl --timeout=2 ls-list | grep theirs; do sleep 0.2; done'"
}

# Debian's ovn-central has never been used, as after it was installed as a dependency.
central_from_nothing() {
    it 'the central package takes empty databases over and serves the API' central "
        dpkg -i $central >/root/said 2>&1
        grep 'stopped and disabled' /root/said
        $ready
        systemctl is-enabled ovn-ipam
        for unit in $theirs; do not systemctl is-active \$unit; done
        for unit in ovn-central ovn-ovsdb-server-nb ovn-ovsdb-server-sb; do not systemctl is-enabled \$unit; done"
    it 'ovn-ipam and its daemons are a user without capabilities, and root has their sockets where OVN looks' central '
        for process in $(systemctl show --value -p MainPID ovn-ipam) $(cat /run/ovn-ipam/*.pid); do
            [ "$(stat -c %U /proc/$process)" = ovn-ipam ]
            grep "^CapEff:.0000000000000000" /proc/$process/status
            grep "^NoNewPrivs:.1" /proc/$process/status
        done
        stat -c "%n: %U %a" /var/lib/ovn /run/ovn-ipam | tee /root/folders
        [ "$(cut -d: -f2 /root/folders | uniq)" = " ovn-ipam 750" ]
        ovn-nbctl --timeout=10 show
        ovn-sbctl --timeout=10 show
        not setpriv --reuid nobody --clear-groups ovn-nbctl --timeout=5 show
        [ "$(stat -c "%U %G %a" /etc/ovn-containers/ipam.yaml)" = "root ovn-ipam 640" ]'
    it 'a restart of the machine would start ovn-ipam alone' central "
        systemctl list-dependencies --plain multi-user.target | grep ovn-ipam
        none \"\$(systemctl list-dependencies --plain multi-user.target | grep ovn-central)\""
    it 'settings that were changed survive an upgrade' central "
        echo 'log-level: debug' >>/etc/ovn-containers/ipam.yaml
        dpkg --force-confdef -i $newer_central
        $ready
        grep debug /etc/ovn-containers/ipam.yaml
        [ \"\$(systemctl show --value -p Description ovn-ipam | grep -c 'the next release')\" = 1 ]"
    it 'an installation that is killed at any moment can be repeated' central "
        dpkg -P ovn-containers-central
        configures() { timeout 30 bash -c \"until pgrep -f '[o]vn-containers-central.postinst'; do :; done\"; }
        for moment in 'sleep 0.1' 'sleep 0.5' configures 'configures; sleep 0.2' 'configures; sleep 0.5' 'configures; sleep 1'; do
            rm -rf /var/lib/ovn/* /var/lib/ovn/.*.~lock~
            systemctl enable --now ovn-central ovn-ovsdb-server-nb ovn-ovsdb-server-sb 2>/dev/null
            dpkg -i $central &
            eval \"\$moment\"
            pkill -KILL -x dpkg || true
            pkill -KILL -f '[o]vn-containers-central.postinst' || true
            wait \$! || true
            dpkg -i $central
            systemctl is-active ovn-ipam
            not systemctl is-active ovn-central
            dpkg -P ovn-containers-central
        done
        dpkg -i $central
        $ready"
}
