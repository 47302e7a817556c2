"""openstacksdk, by the clouds of clouds.yaml: two projects apart from each other."""

import openstack
from openstack import exceptions

red, green = openstack.connect(cloud="red"), openstack.connect(cloud="green")
assert red.current_project.name == "red", red.current_project
assert [project.name for project in red.identity.user_projects(red.current_user_id)] == ["red"]
network = red.network.create_network(name="sdk")
assert network.project_id == red.current_project_id
subnet = red.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.2.0.0/24", name="sdk-4")
port = red.network.create_port(network_id=network.id, name="sdk-1")
assert port.fixed_ips[0]["subnet_id"] == subnet.id
assert green.network.find_network(network.id) is None
assert green.network.find_port(port.id) is None
assert network.id not in [other.id for other in green.network.networks()]
for change in (lambda: green.network.update_port(port.id, name="mine"),
               lambda: green.network.delete_network(network.id, ignore_missing=False)):
    try:
        change()
    except exceptions.NotFoundException:
        continue
    raise SystemExit("another project's resource was changed")
for change in (lambda: green.identity.get_user(red.current_user_id),
               lambda: list(green.identity.application_credentials(red.current_user_id))):
    try:
        change()
    except exceptions.ForbiddenException:
        continue
    raise SystemExit("another user was seen")
credential = red.identity.create_application_credential(red.current_user_id, name="sdk")
assert credential.secret
red.identity.delete_application_credential(red.current_user_id, credential.id)
red.network.delete_port(port.id)
red.network.delete_network(network.id)
