# A control group per node, in every hierarchy the machine has. It is the complete list of a node's processes,
# whatever has become of their parents, and it is the root of what the node's Docker makes, so that nothing of it
# stays behind.

# The mounted hierarchies: "TYPE MOUNTPOINT OPTIONS" a line.
cgroup_mounts() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $3, $2, $4 }' /proc/self/mounts; }

cgroup_name() { echo "ovn-lab.$lab.$1"; }

# Moves process $2 into node $1's control groups, making them first.
join_cgroups() {
    local node=$1 process=$2 type mount options group
    while read -r type mount options; do
        group=$mount/$(cgroup_name "$node")
        # cgroup2 allows processes only in leaves, once Docker has enabled controllers below the node's group.
        [ "$type" = cgroup2 ] && group+=/node
        mkdir -p "$group" 2>/dev/null || continue
        if [ -e "$group/cpuset.cpus" ] && [ "$type" = cgroup ] && [ -z "$(cat "$group/cpuset.cpus")" ]; then
            cat "$mount/cpuset.cpus" >"$group/cpuset.cpus"
            cat "$mount/cpuset.mems" >"$group/cpuset.mems"
        fi
        echo "$process" >"$group/cgroup.procs" 2>/dev/null || true
    done < <(cgroup_mounts)
}

# All processes of node $1, in every hierarchy, at any depth.
cgroup_processes() {
    local type mount options
    while read -r type mount options; do
        [ -d "$mount/$(cgroup_name "$1")" ] || continue
        find "$mount/$(cgroup_name "$1")" -name cgroup.procs -exec cat {} + 2>/dev/null || true
    done < <(cgroup_mounts) | sort -un
}

# Removes node $1's control groups, leaves first. They must be empty of processes.
remove_cgroups() {
    local type mount options
    while read -r type mount options; do
        [ -d "$mount/$(cgroup_name "$1")" ] || continue
        find "$mount/$(cgroup_name "$1")" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done < <(cgroup_mounts)
}
