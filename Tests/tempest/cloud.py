"""What devstack makes before tempest runs: an endpoint in the catalogue, a chassis, a public network, subnet pools."""
import importlib.util
import json
import os
import pathlib
import subprocess

import honest


def tempest_folder():
    """Where Debian's tempest is."""
    return importlib.util.find_spec("tempest").submodule_search_locations[0]


async def _keystone(keystone, token, member, attributes):
    reply = await honest.ask(keystone.port, "POST", f"/v3/{member}s", {member: attributes}, token)
    if reply.status != 201:
        raise SystemExit(f"no {member}: {reply.status} {reply.body[:300]}")
    return json.loads(reply.body)[member]["id"]


async def _catalogue(keystone, token, port):
    service = await _keystone(keystone, token, "service", {"type": "network", "name": "neutron"})
    for interface in ("public", "internal", "admin"):
        await _keystone(keystone, token, "endpoint", {
            "service_id": service, "region_id": "RegionOne", "interface": interface,
            "url": f"http://127.0.0.1:{port}"})


def _chassis(folder):
    """What an ovn-controller would register: tests look for agents."""
    subprocess.run(
        ["ovn-sbctl", f"--db=unix:{folder}/data/run/ovnsb_db.sock", "--timeout=30", "chassis-add", "host1", "geneve",
         "127.0.0.1"], check=True)


async def _extensions(port, token):
    reply = await honest.ask(port, "GET", "/v2.0/extensions", token=token)
    return {extension["alias"] for extension in json.loads(reply.body)["extensions"]}


async def _public(port, token, has):
    """The external network; a shared one of a server without those, for the tests that only want an id."""
    kind = {"router:external": True, "is_default": True} if "external-net" in has else {"shared": True}
    network = await honest.made(port, token, "network", {"name": "public", **kind})
    for version, prefix in ((4, "172.24.4.0/24"), (6, "2001:db8::/64")):
        await honest.made(port, token, "subnet", {
            "network_id": network, "ip_version": version, "cidr": prefix, "enable_dhcp": False})
    return network


async def _subnet_pools(port, token, has):
    if "subnet_allocation" not in has:
        return
    for name, prefix, length in (("pool-v4", "10.0.0.0/22", 26), ("pool-v6", "fd52:7a12:1c4c::/56", 64)):
        await honest.made(port, token, "subnetpool", {
            "name": name, "shared": True, "is_default": True, "default_prefixlen": length, "prefixes": [prefix]})


async def make(keystone, service, folder):
    """Makes all of it, and tempest.conf in the folder."""
    token = await keystone.token()
    await _catalogue(keystone, token, service.port)
    _chassis(service.folder)
    # A token with the endpoint in its catalogue.
    token = await keystone.token()
    has = await _extensions(service.port, token)
    public = await _public(service.port, token, has)
    await _subnet_pools(service.port, token, has)
    os.mkdir(f"{folder}/locks")
    template = pathlib.Path(__file__).with_name("tempest.conf").read_text()
    pathlib.Path(folder, "tempest.conf").write_text(
        template.format(folder=folder, keystone=keystone.url, public=public))
