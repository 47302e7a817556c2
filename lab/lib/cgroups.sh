# A control group per node, in every hierarchy the machine has. It is the complete list of a node's processes,
# whatever has become of their parents, and it is the root of what the node's Docker makes, so that nothing of it
# stays behind.

# Node $1's group in each mounted hierarchy: "TYPE MOUNTPOINT GROUP" a line. No process is started: `lab exec` is often run.
groups_of() {
    local device mount type rest
    while read -r device mount type rest; do
        case $type in cgroup | cgroup2) echo "$type $mount $mount/ovn-lab.$lab.$1" ;; esac
    done </proc/self/mounts
}

# Moves process $2 into node $1's control groups, making them first. In cgroup2 it goes to the group's child $3, if any:
# processes may only be in leaves there, once Docker enables controllers below the node's group.
join_cgroups() {
    local node=$1 process=$2 leaf=${3:-} type mount group
    while read -r type mount group; do
        [ "$type" != cgroup2 ] || group+=${leaf:+/$leaf}
        [ -d "$group" ] || mkdir -p "$group" 2>/dev/null || continue
        if [ "$type" = cgroup ] && [ -e "$group/cpuset.cpus" ] && [ -z "$(<"$group/cpuset.cpus")" ]; then
            echo "$(<"$mount/cpuset.cpus")" >"$group/cpuset.cpus"
            echo "$(<"$mount/cpuset.mems")" >"$group/cpuset.mems"
        fi
        echo "$process" 2>/dev/null >"$group/cgroup.procs" || true
    done < <(groups_of "$node")
}

# Moves all of node $1 into the leaf of its cgroup2 group.
settle_cgroups() {
    local type mount group process processes
    while read -r type mount group; do
        [ "$type" = cgroup2 ] && [ -d "$group" ] || continue
        mkdir -p "$group/leaf"
        for _ in {1..50}; do
            processes=$(<"$group/cgroup.procs")
            [ -n "$processes" ] || break
            for process in $processes; do echo "$process" 2>/dev/null >"$group/leaf/cgroup.procs" || true; done
        done
    done < <(groups_of "$1")
}

# All processes of node $1, in every hierarchy, at any depth.
cgroup_processes() {
    local type mount group
    while read -r type mount group; do
        [ -d "$group" ] || continue
        find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null || true
    done < <(groups_of "$1") | sort -un
}

# Removes node $1's control groups, leaves first. They must be empty of processes.
remove_cgroups() {
    local type mount group
    while read -r type mount group; do
        [ -d "$group" ] || continue
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done < <(groups_of "$1")
}
