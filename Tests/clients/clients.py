"""Walks networks, subnets, ports and tags with OpenStack's own command lines: clients.py URL FOLDER-OF-THE-COMMANDS

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
    expect("standard-attr-tag" in aliases and "security-group" not in aliases, f"the extensions are {aliases}")
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
library(network)
old_client()
commands()
openstack("subnet delete", "four", "six")
openstack("network delete", "blue")
equal(openstack("network list"), [], "the networks at the end")
large_list()
print(f"{count} commands of openstack and neutron without a surprise, {time.monotonic() - start:.0f} s")
