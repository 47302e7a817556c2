"""Walks the resources of the API with OpenStack's own command lines: clients.py URL FOLDER-OF-THE-COMMANDS

Most commands run in this process, as their entry points do, since starting Python takes longer than what it asks.
"""

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import time

import neutronclient.shell
import openstackclient.shell

URL, FOLDER = sys.argv[1:]
MISSING = "11111111-2222-4333-8444-555555555555"
count = 0


def called(main, arguments):
    """The exit status, and what was written to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers = list(root.handlers)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code
    root.handlers = handlers
    return status or 0, out.getvalue(), err.getvalue()


def openstack(command, *more, refused=None):
    """Runs `openstack COMMAND MORE`; answers its JSON. `refused` is a part of what it must complain."""
    return checked("openstack", openstackclient.shell.main,
                   ["--os-auth-type", "none", "--os-endpoint", URL], command, more, refused)


def neutron(command, *more, refused=None):
    os.environ.update(OS_AUTH_TYPE="none", OS_ENDPOINT=URL)
    try:
        return checked("neutron", neutronclient.shell.main, [], command, more, refused)
    finally:
        del os.environ["OS_AUTH_TYPE"], os.environ["OS_ENDPOINT"]


def checked(name, main, options, command, more, refused):
    global count
    count += 1
    arguments = command.split() + [str(argument) for argument in more]
    verb = next((word for word in arguments if word.split("-")[-1] in ("create", "list", "show")), None)
    if verb and refused is None:
        arguments += ["-f", "json"]
    status, out, err = called(main, options + arguments)
    shown = f"{name} {' '.join(arguments)}"
    if refused is not None:
        expect(status != 0, f"{shown}: was not refused: {out}")
        expect(refused in out + err, f"{shown}: does not say {refused!r}: {out}{err}")
        return None
    expect(status == 0, f"{shown}: failed with {status}: {out}{err}")
    # The neutron command says more than JSON.
    start = min((i for i in (out.find("{"), out.find("[")) if i >= 0), default=None)
    return json.loads(out[start:]) if verb and start is not None else None


def expect(condition, complaint):
    if not condition:
        sys.exit(f"surprise: {complaint}")


def equal(found, wanted, what):
    expect(found == wanted, f"{what} is {found!r}, not {wanted!r}")


def names(items, key="Name"):
    return sorted(item[key] for item in items)


def networks():
    blue = openstack("network create", "blue", "--description", "sky", "--mtu", 1400, "--tag", "a", "--tag", "b")
    equal((blue["name"], blue["mtu"], blue["description"], blue["status"]), ("blue", 1400, "sky", "ACTIVE"), "blue")
    equal(sorted(blue["tags"]), ["a", "b"], "blue's tags")
    openstack("network create", "red", "--disable", "--disable-port-security", "--no-share", "--internal")
    equal(names(openstack("network list")), ["blue", "red"], "the networks")
    equal(names(openstack("network list", "--name", "blue")), ["blue"], "networks by name")
    equal(names(openstack("network list", "--disable")), ["red"], "networks that are down")
    equal(names(openstack("network list", "--tags", "a,b")), ["blue"], "networks by tags")
    equal(names(openstack("network list", "--not-any-tags", "a")), ["red"], "networks without a tag")
    equal(names(openstack("network list", "--external")), [], "external networks")
    equal(openstack("network list", "--long")[0]["Network Type"], "geneve", "a network's type")
    red = openstack("network show", "red")
    equal((red["admin_state_up"], red["port_security_enabled"], red["project_id"]), (False, False, "admin"), "red")
    openstack("network set", "red", "--name", "crimson", "--enable", "--description", "x", "--mtu", 1300, "--share",
              "--enable-port-security", "--tag", "c")
    red = openstack("network show", red["id"])
    equal((red["name"], red["admin_state_up"], red["mtu"], red["shared"], red["tags"]),
          ("crimson", True, 1300, True, ["c"]), "crimson")
    openstack("network unset", "crimson", "--all-tag")
    equal(openstack("network show", "crimson")["tags"], [], "crimson's tags")
    openstack("network create", "big", "--mtu", 9000, refused="Requested MTU is too big")
    openstack("network create", "v", "--provider-network-type", "vlan", refused="provider networks are not supported")
    openstack("network create", "e", "--external", refused="external networks are not supported")
    openstack("network show", "nobody", refused="No Network found for nobody")
    openstack("network delete", MISSING, refused="No Network found for")
    openstack("network delete", "crimson")
    return blue["id"]


def subnets(network):
    four = openstack("subnet create", "four", "--network", "blue", "--subnet-range", "10.0.0.0/24", "--dns-nameserver",
                     "1.1.1.1", "--host-route", "destination=10.9.0.0/16,gateway=10.0.0.9", "--tag", "t")
    equal((four["cidr"], four["gateway_ip"], four["ip_version"], four["enable_dhcp"], four["tags"]),
          ("10.0.0.0/24", "10.0.0.1", 4, True, ["t"]), "four")
    equal(four["allocation_pools"], [{"start": "10.0.0.2", "end": "10.0.0.254"}], "four's pools")
    six = openstack("subnet create", "six", "--network", network, "--subnet-range", "2001:db8::/64", "--ip-version", 6,
                    "--ipv6-ra-mode", "slaac", "--ipv6-address-mode", "slaac")
    equal((six["ipv6_ra_mode"], six["ipv6_address_mode"], six["gateway_ip"]), ("slaac", "slaac", "2001:db8::"), "six")
    openstack("subnet create", "x", "--network", "blue", "--subnet-range", "10.0.0.128/25", refused="overlaps with another subnet")
    openstack("subnet create", "x", "--network", "blue", "--subnet-range", "nonsense", refused="is not in a CIDR format")
    openstack("subnet create", "bare", "--network", "blue", "--subnet-range", "10.1.0.0/24", "--gateway", "none",
              "--no-dhcp", "--allocation-pool", "start=10.1.0.10,end=10.1.0.19")
    bare = openstack("subnet show", "bare")
    equal((bare["gateway_ip"], bare["enable_dhcp"]), (None, False), "bare")
    equal(names(openstack("subnet list", "--network", "blue")), ["bare", "four", "six"], "blue's subnets")
    equal(names(openstack("subnet list", "--ip-version", 6)), ["six"], "IPv6 subnets")
    equal(names(openstack("subnet list", "--no-dhcp")), ["bare"], "subnets without DHCP")
    equal(names(openstack("subnet list", "--subnet-range", "10.0.0.0/24", "--long")), ["four"], "subnets by range")
    openstack("subnet set", "bare", "--name", "plain", "--gateway", "10.1.0.1", "--dhcp", "--dns-nameserver", "9.9.9.9",
              "--allocation-pool", "start=10.1.0.30,end=10.1.0.39", "--tag", "z")
    plain = openstack("subnet show", "plain")
    equal((plain["gateway_ip"], plain["enable_dhcp"], plain["dns_nameservers"], plain["tags"]),
          ("10.1.0.1", True, ["9.9.9.9"], ["z"]), "plain")
    equal(len(plain["allocation_pools"]), 2, "the number of plain's pools")
    openstack("subnet unset", "plain", "--dns-nameserver", "9.9.9.9", "--gateway", "--all-tag")
    plain = openstack("subnet show", "plain")
    equal((plain["gateway_ip"], plain["dns_nameservers"], plain["tags"]), (None, [], []), "plain after unset")
    openstack("subnet unset", "four", "--host-route", "destination=10.9.0.0/16,gateway=10.0.0.9")
    equal(openstack("subnet show", "four")["host_routes"], [], "four's routes")
    openstack("subnet delete", "plain")
    return four["id"], six["id"]


def ports(network, four):
    one = openstack("port create", "one", "--network", "blue", "--fixed-ip", "subnet=four,ip-address=10.0.0.50",
                    "--mac-address", "fa:16:3e:00:00:50", "--device", "c1", "--device-owner", "compute:x", "--host", "h1",
                    "--vnic-type", "normal", "--binding-profile", '{"k": "v"}', "--description", "d", "--tag", "p",
                    "--allowed-address", "ip-address=10.0.0.99", "--extra-dhcp-option", "name=bootfile-name,value=f")
    equal((one["mac_address"], one["device_id"], one["binding_host_id"], one["tags"]),
          ("fa:16:3e:00:00:50", "c1", "h1", ["p"]), "one")
    equal([address["ip_address"] for address in one["fixed_ips"]], ["10.0.0.50", "2001:db8::f816:3eff:fe00:50"],
          "one's addresses")
    equal(one["allowed_address_pairs"], [{"ip_address": "10.0.0.99", "mac_address": "fa:16:3e:00:00:50"}], "one's pairs")
    two = openstack("port create", "two", "--network", network)
    equal(len(two["fixed_ips"]), 2, "the number of two's addresses")
    openstack("port create", "none", "--network", network, "--no-fixed-ip", "--disable", "--disable-port-security",
              "--no-security-group")
    openstack("port create", "x", "--network", "blue", "--fixed-ip", "ip-address=10.0.0.50", refused="10.0.0.50")
    openstack("port create", "x", "--network", "blue", "--fixed-ip", "ip-address=172.16.0.1",
              refused="is not a valid IP for any of the subnets")
    openstack("port create", "x", "--network", "blue", "--mac-address", "fa:16:3e:00:00:50", refused="is in use")
    equal(names(openstack("port list")), ["none", "one", "two"], "the ports")
    equal(names(openstack("port list", "--network", "blue", "--long")), ["none", "one", "two"], "blue's ports")
    equal(names(openstack("port list", "--fixed-ip", "ip-address=10.0.0.50")), ["one"], "ports by address")
    equal(names(openstack("port list", "--fixed-ip", "ip-substring=0.0.5")), ["one"], "ports by a part of an address")
    equal(names(openstack("port list", "--fixed-ip", f"subnet={four}", "--mac-address", "FA:16:3E:00:00:50")), ["one"],
          "ports by MAC")
    equal(names(openstack("port list", "--device-owner", "compute:x", "--host", "h1")), ["one"], "ports by owner")
    equal(names(openstack("port list", "--any-tags", "p,q")), ["one"], "ports by tag")
    openstack("port set", "two", "--name", "zwei", "--device", "c2", "--device-owner", "x", "--disable", "--host", "h2",
              "--fixed-ip", "subnet=four,ip-address=10.0.0.60", "--extra-dhcp-option", "name=mtu,value=1300", "--tag", "q",
              "--allowed-address", "ip-address=10.7.0.0/16,mac-address=fa:16:3e:00:00:07")
    two = openstack("port show", "zwei")
    equal((two["admin_state_up"], two["device_id"], two["binding_host_id"], two["tags"]), (False, "c2", "h2", ["q"]), "zwei")
    expect("10.0.0.60" in [address["ip_address"] for address in two["fixed_ips"]], f"zwei has {two['fixed_ips']}")
    openstack("port unset", "zwei", "--fixed-ip", "subnet=four,ip-address=10.0.0.60", "--host", "--device",
              "--device-owner", "--all-tag", "--allowed-address", "ip-address=10.7.0.0/16,mac-address=fa:16:3e:00:00:07")
    two = openstack("port show", "zwei")
    equal((two["device_id"], two["binding_host_id"], two["tags"], two["allowed_address_pairs"]), ("", "", [], []),
          "zwei after unset")
    openstack("network delete", "blue", refused="one or more ports still in use")
    openstack("subnet delete", "four", refused="One or more ports have an IP allocation from this subnet")
    openstack("port delete", "one", "zwei", "none")
    equal(openstack("port list"), [], "the ports after deleting")


def trunks(network):
    for name in ("vm", "a", "b", "c"):
        openstack("port create", name, "--network", network)
    ids = {name: openstack("port show", name)["id"] for name in ("vm", "a", "b", "c")}
    trunk = openstack("network trunk create", "t", "--parent-port", "vm", "--description", "d",
                      "--subport", "port=a,segmentation-type=vlan,segmentation-id=100")
    equal((trunk["name"], trunk["port_id"], trunk["description"]), ("t", ids["vm"], "d"), "the trunk")
    equal(trunk["sub_ports"], [{"port_id": ids["a"], "segmentation_type": "vlan", "segmentation_id": 100}], "its subports")
    openstack("network trunk create", "u", "--parent-port", "vm", refused="not eligible for use as a parent port")
    openstack("network trunk set", "t", "--name", "trunk", "--description", "e",
              "--subport", "port=b,segmentation-type=vlan,segmentation-id=200")
    openstack("network trunk set", "trunk", "--subport", "port=c,segmentation-type=vlan,segmentation-id=200",
              refused="already in use on trunk")
    openstack("network trunk set", "trunk", "--subport", "port=c,segmentation-type=vxlan,segmentation-id=3",
              refused="Unknown segmentation_type")
    equal(names(openstack("network trunk list", "--long")), ["trunk"], "the trunks")
    equal(sorted(port["Segmentation ID"] for port in openstack("network subport list", "--trunk", "trunk")), [100, 200],
          "the tags")
    openstack("network trunk set", "trunk", "--disable")
    openstack("network trunk delete", "trunk", refused="is currently disabled")
    openstack("network trunk set", "trunk", "--enable")
    openstack("network trunk unset", "trunk", "--subport", "b")
    shown = openstack("network trunk show", "trunk")
    equal((shown["is_admin_state_up"], shown["description"], len(shown["sub_ports"])), (True, "e", 1), "the trunk later")
    details = openstack("port show", "vm")["trunk_details"]
    equal((details["trunk_id"], details["sub_ports"][0]["port_id"]), (trunk["id"], ids["a"]), "the parent's trunk_details")
    port = openstack("port show", "a")
    equal((port["device_owner"], port["binding_profile"]), ("trunk:subport", {"parent_name": ids["vm"], "tag": 100}), "a")
    openstack("port delete", "a", refused="is currently a subport for trunk")
    openstack("port delete", "vm", refused="is currently a parent port for trunk")
    # What the profile alone says counts the same.
    profile = json.dumps({"parent_name": ids["vm"], "tag": 100})
    openstack("port create", "d", "--network", network, "--binding-profile", profile, refused="already in use on trunk")
    profile = json.dumps({"parent_name": ids["vm"], "tag": 300})
    made = openstack("port create", "d", "--network", network, "--binding-profile", profile)
    equal(made["binding_profile"], {"parent_name": ids["vm"], "tag": 300}, "d's profile")
    openstack("port create", "e", "--network", network, "--binding-profile", json.dumps({"tag": 4}), refused="all required")
    openstack("port unset", "d", "--binding-profile", "parent_name", "--binding-profile", "tag")
    equal(openstack("port show", "d")["binding_profile"], {}, "d's profile later")
    openstack("network trunk delete", "trunk")
    openstack("network trunk show", "trunk", refused="No Trunk found for trunk")
    openstack("port delete", "vm", "a", "b", "c", "d")


def security_groups(network):
    equal(names(openstack("security group list")), ["default"], "the groups at first")
    web = openstack("security group create", "web", "--description", "servers", "--tag", "a")
    equal((web["name"], web["description"], web["stateful"], web["is_shared"], web["tags"], web["project_id"]),
          ("web", "servers", True, False, ["a"], "admin"), "web")
    equal(sorted((rule["ethertype"], rule["direction"]) for rule in web["rules"]),
          [("IPv4", "egress"), ("IPv6", "egress")], "a new group's rules")
    openstack("security group create", "plain", "--stateless")
    equal(openstack("security group show", "plain")["stateful"], False, "plain's kind")
    openstack("security group create", "default", refused="Default security group already exists")
    equal(names(openstack("security group list")), ["default", "plain", "web"], "the groups")
    equal(names(openstack("security group list", "--tags", "a")), ["web"], "groups by tag")
    equal(names(openstack("security group list", "--not-tags", "a")), ["default", "plain"], "groups without a tag")
    equal(names(openstack("security group list", "--share")), [], "shared groups")
    equal(names(openstack("security group list", "--no-share")), ["default", "plain", "web"], "groups of one's own")
    openstack("security group set", "web", "--name", "www", "--description", "d", "--tag", "b", "--stateless")
    www = openstack("security group show", web["id"])
    equal((www["name"], www["description"], sorted(www["tags"]), www["stateful"]), ("www", "d", ["a", "b"], False), "www")
    openstack("security group unset", "www", "--tag", "a")
    equal(openstack("security group show", "www")["tags"], ["b"], "www's tags")
    openstack("security group set", "www", "--stateful", "--no-tag")
    openstack("security group set", "default", "--name", "x", refused="Updating default security group not allowed")
    openstack("security group set", "www", "--name", "default", refused="Default security group already exists")
    openstack("security group show", "nobody", refused="No SecurityGroup found for nobody")
    rules(www["id"])
    groups_of_ports(network, www["id"], openstack("security group show", "default")["id"])
    openstack("security group delete", "www", "plain")
    equal(names(openstack("security group list")), ["default"], "the groups at the end")
    # Administrators may, and get a new one.
    openstack("security group delete", "default")
    equal(names(openstack("security group list")), ["default"], "the groups without the default one")


def rules(group):
    openstack("address group create", "offices", "--address", "192.0.2.0/24")
    ssh = openstack("security group rule create", "www", "--protocol", "tcp", "--dst-port", 22, "--remote-ip", "192.0.2.7/24",
                    "--description", "login")
    equal((ssh["direction"], ssh["ether_type"], ssh["protocol"], ssh["port_range_min"], ssh["port_range_max"],
           ssh["remote_ip_prefix"], ssh["normalized_cidr"], ssh["description"], ssh["security_group_id"]),
          ("ingress", "IPv4", "tcp", 22, 22, "192.0.2.7/24", "192.0.2.0/24", "login", group), "ssh")
    openstack("security group rule create", "www", "--protocol", "udp", "--dst-port", "53:60", "--remote-group", "www",
              "--ethertype", "IPv6")
    openstack("security group rule create", "www", "--protocol", "icmp", "--icmp-type", 8, "--icmp-code", 0)
    openstack("security group rule create", "www", "--protocol", "tcp", "--remote-address-group", "offices")
    openstack("security group rule create", "www", "--egress", "--protocol", "112")
    openstack("security group rule create", "www", "--protocol", "ipv6-icmp", "--ethertype", "IPv6")
    openstack("security group rule create", group, "--protocol", "any", "--remote-ip", "fd00::/8", "--ethertype", "IPv6")
    equal(len(openstack("security group show", "www")["rules"]), 9, "the number of www's rules")
    for more, complaint in [
        (["--protocol", "tcp", "--dst-port", 22, "--remote-ip", "192.0.2.7/24"], "already exists"),
        (["--protocol", "bogus"], "Security group rule protocol bogus not supported"),
        (["--protocol", "256"], "Security group rule protocol 256 not supported"),
        (["--protocol", "dccp", "--dst-port", 80], "Ports cannot be specified for protocol 33"),
        (["--protocol", "icmp", "--icmp-type", 256], "It must be 0 to 255"),
        (["--protocol", "tcp", "--dst-port", "80:70"], "80 is not less than 70"),
        (["--protocol", "tcp", "--dst-port", 65536], "65536"),
        (["--remote-ip", "fd00::/8"], "Conflicting value ethertype IPv4"),
        (["--remote-ip", "nonsense"], "nonsense"),
        (["--remote-group", "nobody"], "No SecurityGroup found for nobody"),
        (["--remote-address-group", "nobody"], "No AddressGroup found for nobody"),
    ]:
        openstack("security group rule create", "www", *more, refused=complaint)
    openstack("security group rule create", "nobody", refused="No SecurityGroup found for nobody")
    listed = openstack("security group rule list", "www")
    equal(len(listed), 9, "the number of listed rules")
    equal([(rule["IP Range"], rule["Port Range"]) for rule in listed if rule["ID"] == ssh["id"]],
          [("192.0.2.7/24", "22:22")], "ssh in the list")
    equal(len(openstack("security group rule list", "www", "--ingress")), 6, "the number of rules of what comes in")
    equal(len(openstack("security group rule list", "www", "--egress")), 3, "the number of rules of what leaves")
    equal(len(openstack("security group rule list", "www", "--protocol", "tcp")), 2, "the number of rules for TCP")
    equal(len(openstack("security group rule list")), 9 + 4 + 2, "the number of all rules")
    equal(openstack("security group rule show", ssh["id"])["description"], "login", "ssh's description")
    openstack("security group rule show", MISSING, refused="No SecurityGroupRule found for")
    openstack("address group delete", "offices", refused="is in use on one or more security group rules")
    for rule in listed:
        if rule["Remote Address Group"]:
            openstack("security group rule delete", rule["ID"])
    openstack("address group delete", "offices")
    openstack("security group rule delete", ssh["id"], MISSING, refused="No SecurityGroupRule found for")
    equal(len(openstack("security group rule list", "www")), 7, "the number of rules after deleting")


def groups_of_ports(network, www, default):
    def groups(port):
        return sorted(openstack("port show", port)["security_group_ids"])

    equal(openstack("port create", "p", "--network", network)["security_group_ids"], [default], "a port's groups")
    openstack("port create", "q", "--network", network, "--security-group", "www", "--security-group", default)
    equal(groups("q"), sorted([www, default]), "q's groups")
    equal(openstack("port create", "r", "--network", network, "--no-security-group")["security_group_ids"], [],
          "r's groups")
    # Of a container, which is not filtered unless it asks.
    openstack("port create", "c", "--network", network, "--device-owner", "docker:x")
    equal(groups("c"), [], "a container's groups")
    equal(names(openstack("port list", "--security-group", www)), ["q"], "ports by group")
    equal(names(openstack("port list", "--security-group", default)), ["p", "q"], "ports of the default group")
    openstack("port set", "p", "--security-group", "www")
    equal(groups("p"), sorted([www, default]), "p's groups with one more")
    openstack("port set", "p", "--no-security-group", "--security-group", "www")
    equal(groups("p"), [www], "p's groups from anew")
    openstack("port unset", "q", "--security-group", "default")
    equal(groups("q"), [www], "q's groups with one less")
    openstack("port set", "q", "--no-security-group")
    equal(groups("q"), [], "q's groups without any")
    openstack("port set", "c", "--security-group", "www")
    equal(groups("c"), [www], "the groups that a container asked for")
    openstack("port set", "p", "--security-group", "plain", refused="both stateful and stateless")
    openstack("port set", "p", "--disable-port-security", refused="Port has security group associated")
    openstack("port set", "p", "--no-security-group", "--disable-port-security")
    openstack("port set", "p", "--security-group", "www", refused="Port security must be enabled")
    openstack("port create", "x", "--network", network, "--disable-port-security", "--security-group", "www",
              refused="Port security must be enabled")
    openstack("port create", "x", "--network", network, "--security-group", "nobody",
              refused="No SecurityGroup found for nobody")
    openstack("security group delete", "www", refused="in use")
    openstack("port delete", "p", "q", "r", "c")


def address_groups():
    made = openstack("address group create", "hosts", "--description", "d", "--address", "192.0.2.1", "--address", "fd00::/64")
    equal((made["name"], made["description"], sorted(made["addresses"]), made["project_id"]),
          ("hosts", "d", ["192.0.2.1/32", "fd00::/64"], "admin"), "hosts")
    openstack("address group create", "empty")
    openstack("address group create", "x", "--address", "nonsense", refused="nonsense")
    equal(names(openstack("address group list")), ["empty", "hosts"], "the address groups")
    equal(names(openstack("address group list", "--name", "hosts")), ["hosts"], "address groups by name")
    openstack("address group set", "hosts", "--name", "nets", "--description", "e", "--address", "198.51.100.0/24")
    openstack("address group set", "nets", "--address", "198.51.100.0/24", refused="already exist")
    openstack("address group unset", "nets", "--address", "192.0.2.1/32")
    openstack("address group unset", "nets", "--address", "203.0.113.0/24", refused="not found")
    nets = openstack("address group show", made["id"])
    equal((nets["name"], nets["description"], sorted(nets["addresses"])),
          ("nets", "e", ["198.51.100.0/24", "fd00::/64"]), "nets")
    openstack("address group delete", "nets", "empty")
    openstack("address group show", "nets", refused="No AddressGroup found for nets")


def address_scopes():
    made = openstack("address scope create", "four")
    equal((made["name"], made["ip_version"], made["shared"], made["project_id"]), ("four", 4, False, "admin"), "four")
    openstack("address scope create", "six", "--ip-version", 6, "--share")
    equal(names(openstack("address scope list")), ["four", "six"], "the scopes")
    equal(names(openstack("address scope list", "--name", "four")), ["four"], "scopes by name")
    equal(names(openstack("address scope list", "--ip-version", 6)), ["six"], "scopes by version")
    equal(names(openstack("address scope list", "--share")), ["six"], "shared scopes")
    equal(names(openstack("address scope list", "--no-share")), ["four"], "scopes that are not shared")
    openstack("address scope set", "four", "--name", "vier", "--share")
    equal(openstack("address scope show", made["id"])["shared"], True, "vier's sharing")
    openstack("address scope set", "vier", "--no-share", refused="can't be unshared")
    openstack("address scope show", "four", refused="No AddressScope found for four")
    openstack("address scope delete", "vier", "six")
    equal(openstack("address scope list"), [], "the scopes at the end")


def sharing(network):
    """`openstack` asks Keystone for projects, and there is none: they are named to the old client."""
    openstack("security group create", "ours")
    openstack("address scope create", "scope")
    openstack("address group create", "set")
    one = neutron("rbac-create", network, "--type", "network", "--action", "access_as_shared", "--target-tenant", "t1")
    equal((one["object_type"], one["object_id"], one["action"], one["target_tenant"]),
          ("network", network, "access_as_shared", "t1"), "the network's policy")
    for kind, name in [("security_group", "ours"), ("address_scope", "scope"), ("address_group", "set")]:
        made = openstack("network rbac create", name, "--type", kind, "--action", "access_as_shared", "--target-all-projects")
        equal((made["object_type"], made["target_project_id"], made["project_id"]), (kind, "*", "admin"), name)
    equal(openstack("security group show", "ours")["is_shared"], True, "a shared group")
    equal(names(openstack("security group list", "--share")), ["ours"], "shared groups")
    equal(openstack("address scope show", "scope")["shared"], True, "a shared scope")
    openstack("network rbac create", "ours", "--type", "security_group", "--action", "access_as_shared",
              "--target-all-projects", refused="An RBAC policy already exists with those values")
    openstack("network rbac create", "ours", "--type", "security_group", "--action", "access_as_external",
              "--target-all-projects", refused="Invalid action 'access_as_external'")
    listed = openstack("network rbac list", "--long")
    equal(sorted({policy["Object Type"] for policy in listed}),
          ["address_group", "address_scope", "network", "security_group"], "what is shared")
    equal([policy["ID"] for policy in openstack("network rbac list", "--type", "network")], [one["id"]], "policies by type")
    equal(len(openstack("network rbac list", "--action", "access_as_shared")), 4, "the number of policies by action")
    equal(len(openstack("network rbac list", "--target-project", "*")), 3, "the number of policies for all")
    neutron("rbac-update", one["id"], "--target-tenant", "t2")
    equal(openstack("network rbac show", one["id"])["target_project_id"], "t2", "the policy's new target")
    openstack("network rbac show", MISSING, refused="No RBACPolicy found for")
    openstack("network rbac delete", one["id"])
    # Policies go with what they share.
    openstack("security group delete", "ours")
    openstack("address scope delete", "scope")
    openstack("address group delete", "set")
    equal(openstack("network rbac list"), [], "the policies at the end")


def subnet_pools():
    pool = openstack("subnet pool create", "ten", "--pool-prefix", "10.64.0.0/16", "--default-prefix-length", 24,
                     "--min-prefix-length", 20, "--max-prefix-length", 28, "--description", "tens", "--tag", "a")
    equal((pool["prefixes"], str(pool["default_prefixlen"])), (["10.64.0.0/16"], "24"), "a pool")
    openstack("address scope create", "all")
    openstack("subnet pool create", "six", "--pool-prefix", "fd00:64::/48", "--default", "--share",
              "--default-quota", 16)
    equal(names(openstack("subnet pool list")), ["six", "ten"], "the pools")
    equal(names(openstack("subnet pool list", "--name", "ten")), ["ten"], "pools by name")
    equal(names(openstack("subnet pool list", "--default")), ["six"], "the default pools")
    equal(names(openstack("subnet pool list", "--share")), ["six"], "shared pools")
    equal(names(openstack("subnet pool list", "--tags", "a")), ["ten"], "pools by tags")
    openstack("subnet pool set", "ten", "--name", "zehn", "--pool-prefix", "10.65.0.0/16", "--address-scope", "all",
              "--default-prefix-length", 26, "--description", "x")
    ten = openstack("subnet pool show", pool["id"])
    equal((ten["name"], ten["prefixes"], str(ten["default_prefixlen"])), ("zehn", ["10.64.0.0/15"], "26"), "zehn")
    equal(names(openstack("subnet pool list", "--address-scope", "all")), ["zehn"], "pools by scope")
    openstack("subnet pool create", "other", "--pool-prefix", "10.65.0.0/24", "--address-scope", "all",
              refused="unique prefixes")
    openstack("address scope delete", "all", refused="in use")
    openstack("network create", "pooled")
    four = openstack("subnet create", "four", "--network", "pooled", "--subnet-pool", "zehn")
    equal((four["cidr"], four["subnetpool_id"]), ("10.64.0.0/26", pool["id"]), "a subnet of a pool")
    six = openstack("subnet create", "six", "--network", "pooled", "--use-default-subnet-pool", "--ip-version", 6)
    expect(six["cidr"].startswith("fd00:64:"), f"a subnet of the default pool is {six['cidr']}")
    equal(names(openstack("subnet list", "--subnet-pool", "zehn")), ["four"], "subnets by pool")
    openstack("subnet create", "large", "--network", "pooled", "--subnet-pool", "zehn", "--prefix-length", 8,
              refused="minimum allowed prefix is 20")
    openstack("subnet pool delete", "zehn", refused="existing allocations")
    openstack("network delete", "pooled")
    openstack("subnet pool unset", "zehn", "--all-tag")
    openstack("subnet pool set", "zehn", "--no-address-scope")
    equal(openstack("subnet pool show", "zehn")["tags"], [], "zehn's tags")
    openstack("subnet pool delete", "zehn", "six")
    openstack("address scope delete", "all")


def quotas():
    """By the library and the old client: `openstack quota` asks Keystone for the project's name."""
    from neutronclient.v2_0 import client

    library = client.Client(endpoint_url=URL, auth_strategy="noauth")
    equal(library.show_quota_default("p")["quota"]["port"], -1, "the default limit where nobody is asked who they are")
    library.update_quota("p", {"quota": {"network": 1}})
    neutron("net-create", "one", "--tenant-id", "p")
    neutron("net-create", "two", "--tenant-id", "p", refused="Quota exceeded for resources: ['network']")
    details = library.show_quota_details("p")["quota"]["network"]
    equal((details["used"], details["limit"]), (1, 1), "how much of its limit a project uses")
    equal(len(library.list_quotas()["quotas"]), 1, "the projects with limits of their own")
    neutron("quota-update", "--tenant-id", "p", "--network", 2)
    neutron("net-create", "two", "--tenant-id", "p")
    neutron("quota-delete", "--tenant-id", "p")
    equal(library.show_quota("p")["quota"]["network"], -1, "the limit at the end")
    openstack("network delete", "one", "two")


def hosts():
    equal(openstack("network agent list"), [], "the agents where no host is")
    equal(openstack("availability zone list", "--network"), [], "the zones where no host is")
    available = openstack("ip availability list")
    expect("blue" in names(available, "Network Name"), f"blue has no addresses in {available}")
    expect(openstack("ip availability show", "blue")["total_ips"] > 0, "blue has addresses")
    openstack("network service provider list")
    typed = openstack("network create", "typed")
    openstack("subnet create", "types", "--network", "typed", "--subnet-range", "10.99.0.0/24",
              "--service-type", "compute:nova")
    equal(openstack("subnet show", "types")["service_types"], ["compute:nova"], "a subnet's service types")
    openstack("subnet unset", "types", "--service-type", "compute:nova")
    equal(openstack("subnet show", "types")["service_types"], [], "a subnet's service types at the end")
    openstack("network delete", typed["id"])


def old_client():
    net = neutron("net-create", "green", "--description", "lawn", "--tenant-id", "t1")
    equal((net["name"], net["tenant_id"]), ("green", "t1"), "green")
    neutron("subnet-create", "green", "10.5.0.0/24", "--name", "meadow", "--gateway", "10.5.0.254", "--dns-nameserver",
            "1.1.1.1", "--allocation-pool", "start=10.5.0.10,end=10.5.0.20", "--disable-dhcp")
    meadow = neutron("subnet-show", "meadow")
    equal((meadow["gateway_ip"], meadow["enable_dhcp"]), ("10.5.0.254", False), "meadow")
    neutron("port-create", "green", "--name", "cow", "--fixed-ip", "ip_address=10.5.0.15", "--device-id", "d")
    cow = neutron("port-show", "cow")
    expect("10.5.0.15" in json.dumps(cow["fixed_ips"]), f"cow has {cow['fixed_ips']}")
    equal([port["id"] for port in neutron("port-list", "--name", "cow", "--sort-key", "name")], [cow["id"]], "ports")
    equal(len(neutron("port-list", "--page-size", "1", "-P", "1")), 1, "the number of ports")
    neutron("port-update", "cow", "--name", "calf", "--admin-state-up", "False")
    equal(neutron("port-show", "calf")["admin_state_up"], False, "calf's state")
    neutron("tag-add", "--resource-type", "network", "--resource", "green", "--tag", "grass")
    equal(len(neutron("net-list", "--tags", "grass")), 1, "the number of tagged networks")
    neutron("tag-remove", "--resource-type", "network", "--resource", "green", "--all")
    neutron("net-update", "green", "--name", "olive")
    neutron("subnet-update", "meadow", "--enable-dhcp")
    aliases = names(neutron("ext-list"), "alias")
    expect("standard-attr-tag" in aliases and "security-group" in aliases, f"the extensions are {aliases}")
    equal(neutron("ext-show", "binding")["alias"], "binding", "an extension")
    neutron("net-delete", "olive", refused="still in use")
    neutron("port-delete", "calf")
    neutron("subnet-delete", "meadow")
    neutron("net-delete", "olive")


def library(network):
    """What the command lines do not do: bulk requests, paging, revisions."""
    from neutronclient.common import exceptions
    from neutronclient.v2_0 import client

    neutron = client.Client(endpoint_url=URL, auth_strategy="noauth")
    made = neutron.create_port({"ports": [{"network_id": network, "name": f"bulk{i}"} for i in range(5)]})["ports"]
    equal([port["name"] for port in made], [f"bulk{i}" for i in range(5)], "the ports of a bulk request")
    try:
        neutron.create_port({"ports": [{"network_id": network, "name": "good"}, {"network_id": MISSING}]})
        expect(False, "a bulk request with a bad port was not refused")
    except exceptions.NetworkNotFoundClient:
        pass
    equal(neutron.list_ports(name="good")["ports"], [], "the ports of a refused bulk request")
    pages = list(neutron.list_ports(retrieve_all=False, limit=2, sort_key="name", sort_dir="desc", network_id=network))
    equal([port["name"] for page in pages for port in page["ports"]], [f"bulk{i}" for i in reversed(range(5))], "pages")
    port = neutron.show_port(made[0]["id"])["port"]
    changed = neutron.update_port(port["id"], {"port": {"name": "x"}}, revision_number=port["revision_number"])["port"]
    equal(changed["revision_number"], port["revision_number"] + 1, "the revision")
    try:
        neutron.update_port(port["id"], {"port": {"name": "y"}}, revision_number=port["revision_number"])
        expect(False, "an old revision was not refused")
    except exceptions.NeutronClientException as error:
        equal(error.status_code, 412, "the status of an old revision")
    for refused, call in [
        (exceptions.PortNotFoundClient, lambda: neutron.show_port(MISSING)),
        (exceptions.IpAddressAlreadyAllocatedClient, lambda: neutron.create_port({"port": {
            "network_id": network, "fixed_ips": [{"ip_address": port["fixed_ips"][0]["ip_address"]}]}})),
        (exceptions.BadRequest, lambda: neutron.create_port({"port": {"network_id": network, "colour": "red"}})),
    ]:
        try:
            call()
            expect(False, f"{refused.__name__} was not raised")
        except refused:
            pass
    for port in made:
        neutron.delete_port(port["id"])


def commands():
    """The installed commands themselves, once; and an endpoint with the version in it."""
    environment = {**os.environ, "OS_AUTH_TYPE": "none", "OS_ENDPOINT": URL}
    for command in (["openstack", "network", "list", "-f", "value", "-c", "Name"],
                    ["neutron", "net-list", "-f", "value", "-c", "name"],
                    ["openstack", "--os-endpoint", f"{URL}/v2.0", "network", "list", "-f", "value", "-c", "Name"]):
        result = subprocess.run([f"{FOLDER}/{command[0]}"] + command[1:], env=environment, capture_output=True, text=True)
        expect(result.returncode == 0, f"{' '.join(command)}: {result.stderr}")
        equal(result.stdout.split(), ["blue"], " ".join(command))


def large_list():
    """More than one page: the clients follow its links by themselves."""
    from neutronclient.v2_0 import client

    library = client.Client(endpoint_url=URL, auth_strategy="noauth")
    for _ in range(40):
        library.create_network({"networks": [{}] * 128})
    first = next(library.list_networks(retrieve_all=False))
    equal(len(first["networks"]), 5_000, "the networks of the first page")
    for name, listed in [("openstack", openstack("network list")), ("neutron", neutron("net-list"))]:
        equal(len(listed), 40 * 128, f"the networks that {name} lists")


start = time.monotonic()
network = networks()
four, six = subnets(network)
ports(network, four)
trunks(network)
security_groups(network)
address_groups()
address_scopes()
sharing(network)
subnet_pools()
quotas()
hosts()
library(network)
old_client()
commands()
openstack("subnet delete", "four", "six")
openstack("network delete", "blue")
equal(openstack("network list"), [], "the networks at the end")
large_list()
print(f"{count} commands of openstack and neutron without a surprise, {time.monotonic() - start:.0f} s")
