# Commands on the lab's nodes, shown with what they print, and expectations.

bold='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# quietly NODE COMMAND: runs a shell command on a node.
quietly() { lab/lab exec --name "$name" "$1" bash -c "$2" </dev/null; }

# on NODE COMMAND: the same, shown, with the user's RC file in its environment if the node has one; stdout is in $reply.
on() {
    local node=$1 command=$2 status=0 output=$scratch/output
    printf '\n%s# %s\n' "$node" "$command"
    quietly "$node" "[ ! -e /run/openrc ] || source /run/openrc; $command" >"$output" 2>"$output.err" || status=$?
    sed 's/^/  /' "$output.err" "$output"
    reply=$(<"$output")
    [ $status -eq 0 ] || printf '  exit code %d\n' $status
    return $status
}

# expect SENTENCE COMMAND…: says whether the command succeeded, and goes on.
expect() {
    local sentence=$1
    shift
    expectations=$((expectations + 1))
    if "$@"; then
        printf 'ok    %s\n' "$sentence"
    else
        printf 'FAIL  %s\n' "$sentence"
        failures+=("$service: $sentence")
    fi
}

equal() { [ "$1" = "$2" ] || { printf '      "%s" is not "%s"\n' "$1" "$2"; return 1; }; }

# What is copied to a node is not in a command line.
copy_to() { lab/lab exec --name "$name" "$1" sh -c "umask 077; cat >$2"; }

show_logs() {
    local node
    for node in $(lab/lab status --name "$name" 2>/dev/null | awk '{ print $1 }'); do
        heading "$node"
        quietly "$node" 'tail -n 15 /var/log/ovn-ipam.log 2>/dev/null; ip -br addr; ip route; ovs-vsctl show 2>/dev/null' 2>&1 || true
    done
}

scratch=$(mktemp -d)
