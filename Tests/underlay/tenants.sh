# A tenant's token on what is another's, and tokens that are none. Of use wherever there are `expect DESCRIPTION COMMAND…`, `equal`,
# `api USER METHOD PATH [BODY]`, which prints an answer, and `code`, which prints its status.

tenants_apart() {
    heading "Another tenant sees nothing of it"
    local user red_trunk
    for user in red green admin; do token_of $user; done
    red_trunk=$(api red GET /trunks | jq -r '.trunks[0].id // empty')
    expect 'there is a trunk, or the service has no trunks' eval "[ -n '$red_trunk' ] || ! has_trunks"
    seen_by_red_alone <<END
networks $(api red GET '/networks?name=blue' | jq -r '.networks[0].id')
ports $(port_of vm1)
ports $(api red GET '/ports?name=blue1' | jq -r '.ports[0].id')
subnets $(api red GET '/subnets?name=blue' | jq -r '.subnets[0].id')
${red_trunk:+trunks $red_trunk}
END
    tokens_that_are_none
}

# Each line is a kind and an identifier.
seen_by_red_alone() {
    local kind id
    while read -r kind id; do
        [ -n "$kind" ] || continue
        expect "its own tenant sees the ${kind%s}" equal "$(code red GET "/$kind/$id")" 200
        expect "the administrator sees the ${kind%s}" equal "$(code admin GET "/$kind/$id")" 200
        expect "another tenant's GET of a ${kind%s} is 404" equal "$(code green GET "/$kind/$id")" 404
        expect "another tenant's PUT of a ${kind%s} is 404" equal "$(code green PUT "/$kind/$id" "{\"${kind%s}\":{\"name\":\"mine\"}}")" 404
        expect "another tenant's DELETE of a ${kind%s} is 404" equal "$(code green DELETE "/$kind/$id")" 404
        expect "another tenant's list has no such ${kind%s}" equal "$(api green GET "/$kind" | jq -r '.[][].id' | grep -x "$id")" ''
        expect "its own tenant's list has the ${kind%s}" equal "$(api red GET "/$kind" | jq -r '.[][].id' | grep -x "$id")" "$id"
        case $kind in
            trunks)
                expect "another tenant's add_subports to a trunk is 404" equal \
                    "$(code green PUT "/trunks/$id/add_subports" '{"sub_ports":[]}')" 404
                ;;
            networks)
                expect "a port on another tenant's network is 404" equal \
                    "$(code green POST /ports "{\"port\":{\"network_id\":\"$id\"}}")" 404
                ;;
        esac
    done
}

has_trunks() { api red GET /extensions | jq -e '.extensions[] | select(.alias == "trunk")' >/dev/null; }

tokens_that_are_none() {
    local kind
    printf 'X-Auth-Token: nonsense\n' >"$scratch/nonsense.header"
    : >"$scratch/nobody.header"
    for kind in nonsense nobody; do
        copy_to central /run/$kind.header <"$scratch/$kind.header"
        expect "a request by $kind is 401, with Keystone's address" equal "$(quietly central \
            "curl -s -o /dev/null -D - -H @/run/$kind.header http://$central:9696/v2.0/networks" | tr -d '\r' |
            sed -n -e '1s/.* \([0-9]*\) .*/\1/p' -e "s/^WWW-Authenticate: //Ip" | paste -sd' ')" \
            "401 Keystone uri=\"http://$central:5000\""
    done
    # A revoked token is noticed within a minute; Neutron's own middleware may take five.
    [ "$service" = keystone ] || return 0
    expect 'a token works until it is revoked' equal "$(code green GET /networks)" 200
    quietly central "umask 077; sed 's/^X-Auth/X-Subject/' /run/green.header >/run/subject.header
        curl -sf -X DELETE -H @/run/green.header -H @/run/subject.header http://$central:5000/v3/auth/tokens"
    expect 'a revoked token is 401 within a minute' quietly central \
        "timeout 60 bash -c 'until [ \$(curl -s -o /dev/null -w %{http_code} -H @/run/green.header http://$central:9696/v2.0/networks) = 401 ]; do sleep 1; done'"
}

# token_of USER: a fresh token of the user, as a header in a file on central.
token_of() {
    copy_to central "/run/$1-openrc" <"$scratch/$1"
    quietly central "umask 077; source /run/$1-openrc; echo X-Auth-Token: \$(openstack token issue -f value -c id) >/run/$1.header"
}

# api USER METHOD PATH [BODY]: the answer. code: its status alone.
api() { request '' "$@"; }
code() { request '-o /dev/null -w %{http_code}' "$@"; }
request() {
    quietly central "curl -s -m 60 $1 -X $3 -H @/run/$2.header -H 'Content-Type: application/json' ${5:+-d '$5'} \
        'http://$central:9696/v2.0$4'"
}
