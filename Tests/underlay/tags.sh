# Many endpoints at once, from two VMs and from one of them twice.

tags_at_once() {
    heading '40 times endpoint-create at once'
    local started=$SECONDS
    endpoints_of vm1 a 13 &
    endpoints_of vm1 b 13 &
    endpoints_of vm2 c 14 &
    wait
    printf '%d s\n' $((SECONDS - started))
    sort "$scratch"/made-* >"$scratch/made"
    cat "$scratch"/refused-* >&2
    expect '40 endpoints at once: each got its id' equal "$(sort -u "$scratch/made" | grep -c .)" 40

    nb --format=csv --no-headings --data=bare --columns=name,parent_name,tag list Logical_Switch_Port |
        awk -F, '$2 != "" && $3 != ""' | sort >"$scratch/children"
    expect '40 endpoints at once: none is lost' equal "$(cut -d, -f1 "$scratch/children" | comm -12 - "$scratch/made" | wc -l)" 40
    expect '40 endpoints at once: no tag twice per parent' equal "$(cut -d, -f2,3 "$scratch/children" | sort | uniq -d)" ''
    expect '40 endpoints at once: each has the VM it was made in as its parent' equal \
        "$(parents_of vm1) $(parents_of vm2)" '26 14'
    heading 'and endpoint-delete'
    delete_endpoints vm1 a 13 & delete_endpoints vm1 b 13 & delete_endpoints vm2 c 14 &
    wait
    expect '40 endpoints at once: all are deleted' equal "$(nb --bare --columns=name list Logical_Switch_Port |
        grep . | sort | comm -12 - "$scratch/made")" ''
}

# endpoints_of VM LETTER COUNT: their ids in made-LETTER, what went wrong in refused-LETTER. So many log-ins at once keep Keystone
# busy for long.
endpoints_of() {
    quietly "$1" "source /run/openrc
        for i in \$(seq $3); do ovn-container endpoint-create green many-$2\$i --timeout 300 & done; wait" \
        >"$scratch/made-$2" 2>"$scratch/refused-$2" || true
}

delete_endpoints() {
    quietly "$1" "source /run/openrc
        for i in \$(seq $3); do ovn-container endpoint-delete many-$2\$i --timeout 300 & done; wait" || true
}

# How many of the 40 have this VM's port as their parent.
parents_of() {
    join -t, "$scratch/made" "$scratch/children" | cut -d, -f2 | grep -cx "$(port_of "$1")" || true
}
