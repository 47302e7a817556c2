"""The cloud's accounts: accounts.py FOLDER KEYSTONE NEUTRON

Makes the service users of Neutron and of ovn-ipam, the catalogue's network service, and tenants; writes an RC file for each user, in the form
that a dashboard offers for download. Passwords come from files and go into files, never through a command line.
"""

import os
import secrets
import sys

import openstack

folder, keystone, neutron = sys.argv[1:]

# Users that get an RC file: name, project, role.
USERS = [("ovn-ipam", "service", "admin"), ("red", "red", "member"), ("red-reader", "red", "reader"), ("green", "green", "member")]


def secret(name):
    path = f"{folder}/secret-{name}"
    if not os.path.exists(path):
        with open(path, "w") as file:
            file.write(secrets.token_urlsafe(18))
    with open(path) as file:
        return file.read().strip()


def write_rc(user, project, project_id):
    with open(f"{folder}/{user}-openrc", "w") as file:
        file.write(
            f"""export OS_AUTH_URL={keystone}/v3
export OS_PROJECT_ID={project_id}
export OS_PROJECT_NAME={project}
export OS_USER_DOMAIN_NAME=Default
export OS_PROJECT_DOMAIN_ID=default
unset OS_TENANT_ID OS_TENANT_NAME
export OS_USERNAME={user}
export OS_PASSWORD={secret(user)}
export OS_REGION_NAME=RegionOne
export OS_INTERFACE=public
export OS_IDENTITY_API_VERSION=3
"""
        )


os.umask(0o077)
cloud = openstack.connect(
    auth_url=f"{keystone}/v3", username="admin", password=secret("admin"), project_name="admin",
    user_domain_id="default", project_domain_id="default", region_name="RegionOne", load_yaml_config=False,
    load_envvars=False,
)
identity = cloud.identity
roles = {role.name: role for role in identity.roles()}
projects = {}


def project_named(name):
    if name not in projects:
        projects[name] = identity.create_project(name=name, domain_id="default")
    return projects[name]


def add_user(name, project, role):
    user = identity.create_user(name=name, password=secret(name), domain_id="default")
    identity.assign_project_role_to_user(project_named(project), user, roles[role])


add_user("neutron", "service", "admin")
service = identity.create_service(name="neutron", type="network")
for interface in ("public", "internal", "admin"):
    identity.create_endpoint(service_id=service.id, interface=interface, url=neutron, region_id="RegionOne")

write_rc("admin", "admin", cloud.current_project_id)
for name, project, role in USERS:
    add_user(name, project, role)
    write_rc(name, project, projects[project].id)
