"""What is observed of the reference and of the two hosts, in words that mean the same on both: facts, by what they are about.

A container is known by its project, its service and its number in the order in which engines count them, those of host1
before those of host2. What an engine chose freely (an address, a port of a range) is a fact only in that it is there.
"""
import collections
import dataclasses
import itertools

import lab as labs

DRIVERS = {"bridge": [labs.REFERENCE], "ovn": labs.OVN}
# Until an answer that is expected counts as missing. A SYN that was lost is sent again after 1 s, and after 3 s.
PATIENCE = 4


@dataclasses.dataclass
class Member:
    key: tuple
    host: str
    it: dict

    def __getitem__(self, name):
        return self.it[name]

    @property
    def running(self):
        return self["status"] == "running" and self["pid"] > 0

    @property
    def asks(self):
        """Whether it has a network of its own to ask from."""
        return self.running and not self["mode"].startswith("container:")

    def asked_ports(self):
        """The host's TCP ports that were asked for, whether they are published or not."""
        for inner, places in self["bindings"].items():
            for place in places or [] if inner.endswith("tcp") else []:
                first, _, last = place["HostPort"].partition("-")
                yield from range(int(first), int(last or first) + 1)

    def addresses(self):
        for network, entry in sorted(self["networks"].items()):
            for address in (entry["IPAddress"], entry["GlobalIPv6Address"]):
                if address and self.asks:
                    yield network, address


def label(key):
    return "_".join([key[0], key[1], str(key[2] + 1)])


def family(address):
    return "IPv6" if ":" in address else "IPv4"


def aliases(entry):
    """A container's names in a network, without its id, which is one of them."""
    return {alias for alias in entry["Aliases"] or [] if not (len(alias) == 12 and set(alias) <= set("0123456789abcdef"))}


class World:
    """One of the two, as it was looked at."""

    def __init__(self, driver, seen):
        self.driver, self.hosts = driver, DRIVERS[driver]
        self.members, self.strays, found = {}, [], {}
        for host in self.hosts:
            for each in seen[host]["containers"]:
                labels = each["labels"]
                if labels.get("com.docker.compose.oneoff", "True") == "True":
                    self.strays.append(f"{each['name']} on {host}" if driver == "ovn" else each["name"])
                    continue
                number = int(labels["com.docker.compose.container-number"])
                found.setdefault((labels["com.docker.compose.project"], labels["com.docker.compose.service"]), []).append(
                    (self.hosts.index(host), number, each["name"], host, each))
        for (project, service), those in found.items():
            for index, (_, _, _, host, each) in enumerate(sorted(those, key=lambda one: one[:3])):
                self.members[project, service, index] = Member((project, service, index), host, each)
        self.networks = {host: seen[host]["networks"] for host in self.hosts}
        self.internal = {each["name"] for host in self.hosts for each in self.networks[host] if each["internal"]}
        self.pages = {f"{member['hostname']} {key[1]}": label(key) for key, member in self.members.items() if member.running}
        self.places = {
            place: f"{label(key)} in {place[0]}" for key, member in self.members.items() for place in member.addresses()}
        self.ids = {member["id"]: key for key, member in self.members.items()}
        self.asked = []

    def who(self, page):
        """Whose page that is."""
        return self.pages.get(page, page)

    def ask(self, node, about, read, wanted=False, **question):
        """Notes a question to be asked on a node: `read` makes a fact of its answer, about that."""
        self.asked.append((node, {**question, "wanted": wanted}, about, read))


class Comparison:
    """Looks at both, asks, and tells the differences."""

    def __init__(self, lab, projects, others, ports):
        """Of all pairs those are tried where one is of `projects`, and the other too or in `others`, which are keys."""
        self.lab, self.projects, self.ports = lab, projects, ports
        self.seen = lab.look()
        self.worlds = {driver: World(driver, self.seen) for driver in DRIVERS}
        self.bridge, self.ovn = self.worlds["bridge"], self.worlds["ovn"]
        self.others = {key for key in others if key[0] not in projects}
        self.facts = {"bridge": {}, "ovn": {}}
        self.oddities = []
        # What the bridge does not answer, though it could be expected.
        self.silent = []
        for world in self.worlds.values():
            self.states(world)
            self.questions(world)
        self.answers()
        self.oddities += self.kept()

    # MARK: What engines say

    def states(self, world):
        facts = self.facts[world.driver]
        for project in self.projects:
            names = {
                network["name"] for host in world.hosts for network in world.networks[host]
                if network["labels"].get("com.docker.compose.project") == project}
            facts[f"networks of {project}"] = sorted(names)
        facts["containers of no service"] = world.strays
        for key, member in world.members.items():
            if key[0] not in self.projects:
                continue
            name = label(key)
            facts[f"{name} is"] = f"{member['status']} {member['code']}" if member["status"] == "exited" else member["status"]
            if member["mode"].startswith("container:"):
                owner = world.ids.get(member["mode"].partition(":")[2])
                same = owner and world.members[owner]["namespace"] == member["namespace"] is not None
                facts[f"{name} shares"] = f"{'the' if same else 'not the'} network of {owner and label(owner)}"
                continue
            if not member.running:
                continue
            for network, entry in member["networks"].items():
                self.place(facts, name, network, entry)
            if member["mac"]:
                macs = [entry["MacAddress"] for entry in member["networks"].values()]
                facts[f"{name} has the MAC address {member['mac']}"] = member["mac"] in macs
            own = {world.places.get((network, address)) for network, address in member.addresses() if address in member["own"]}
            facts[f"{name} takes for its own"] = sorted(own)
            facts[f"{name} has extra hosts"] = [
                line for line in member["hosts"].splitlines()
                if line.split()[0] not in member["own"] and "localhost" not in line and "ip6-" not in line]

    def place(self, facts, name, network, entry):
        asked = entry["IPAMConfig"] or {}
        for kind, given, option in (
                ("IPv4", entry["IPAddress"], "IPv4Address"), ("IPv6", entry["GlobalIPv6Address"], "IPv6Address")):
            wish = asked.get(option)
            facts[f"{name} in {network} has by {kind}"] = given if wish else bool(given)
            if wish and wish != given:
                self.oddities.append(f"{name} in {network} asked for {wish} and has {given}")
        facts[f"{name} in {network} has prefixes"] = [entry["IPPrefixLen"], entry["GlobalIPv6PrefixLen"]]
        facts[f"{name} in {network} is called"] = sorted(aliases(entry))

    def kept(self):
        """Who keeps count of the driver's endpoints: the API, the switch, the kernel, the engine; and of networks."""
        told = []
        # Others are addresses that are kept from containers.
        ports = [port for port in self.seen["api"]["ports"] if port["device_owner"] == "compute:docker"]
        for host in labs.OVN:
            there = self.seen[host]
            theirs = sorted(port["id"] for port in ports if port["binding:host_id"] == host)
            endpoints = sum(len(network["endpoints"]) for network in there["networks"] if network["driver"] == "ovn")
            if theirs != sorted(there["rows"]) or not len(theirs) == len(there["veths"]) == endpoints:
                told.append(
                    f"{host} does not agree with itself: {len(theirs)} ports, {len(there['rows'])} rows, "
                    f"{len(there['veths'])} veths, {endpoints} endpoints of containers")
        elsewhere = [port for port in ports if port["binding:host_id"] not in labs.OVN]
        if elsewhere:
            told.append(f"ports of no host: {elsewhere}")
        given = [(port["network_id"], address["ip_address"]) for port in ports for address in port["fixed_ips"]]
        told += [f"given twice: {address}" for address in sorted(set(given)) if given.count(address) > 1]
        known = sorted(network["name"] for network in self.seen["api"]["networks"])
        wanted = sorted({
            network["options"]["net"] for host in labs.OVN for network in self.seen[host]["networks"]
            if network["driver"] == "ovn"})
        if known != wanted:
            told.append(f"the API has the networks {known}, the engines have {wanted}")
        return told

    # MARK: What is tried

    def tried(self, world):
        mine = [member for key, member in sorted(world.members.items()) if key[0] in self.projects]
        others = [member for key, member in sorted(world.members.items()) if key in self.others]
        return mine, others

    def questions(self, world):
        mine, others = self.tried(world)
        pairs = itertools.chain(itertools.permutations(mine, 2), itertools.product(mine, others), itertools.product(others, mine))
        for asker, other in pairs:
            if asker.asks and other.asks:
                self.reach(world, asker, other)
        for member in mine + others:
            if member.asks:
                self.outside(world, member)
                self.published(world, member)
        for member in mine:
            if member.asks:
                self.names(world, member, mine + others)
        self.closed(world)

    def reach(self, world, asker, other):
        for network, address in other.addresses():
            near = network in asker["networks"]
            about = f"{label(asker.key)} reaches {label(other.key)} in {network} by {family(address)}"
            question = {"from": asker["pid"], "to": address}
            # Ping says what is so by itself: who share a network reach each other, and nobody else does.
            world.ask(
                asker.host, f"{about} ping", lambda answer, near=near: (answer == "pong", near), near, kind="ping", **question)
            for exposed in other["exposed"]:
                port, protocol = exposed.split("/")
                if protocol == "tcp":
                    world.ask(
                        asker.host, f"{about} TCP {port}",
                        # Whether one that shall not be reached is silent or refuses is how it is kept away.
                        lambda answer, near=near: world.who(answer) if near or answer != "refused" else None,
                        near, kind="tcp", port=int(port), **question)

    def outside(self, world, member):
        way = not set(member["networks"]) <= world.internal
        about, question = f"{label(member.key)} reaches the outside by", {"from": member["pid"], "to": labs.CENTRAL}
        world.ask(member.host, f"{about} ping", lambda answer: (answer == "pong", way), way, kind="ping", **question)
        own = labs.ADDRESSES[member.host]
        world.ask(
            member.host, f"{about} TCP", lambda answer: "as its host" if answer == own else answer, way, kind="tcp",
            port=labs.OUTSIDE, **question)

    def published(self, world, member):
        way = not set(member["networks"]) <= world.internal
        for inner, places in sorted(member["ports"].items()):
            for place in places or []:
                if ":" in place["HostIp"]:
                    # Of nodes of the lab only containers have IPv6.
                    continue
                port, protocol = int(place["HostPort"]), inner.split("/")[1]
                if protocol == "udp" and member.key[0] not in self.projects:
                    # Nobody listens there: see answers().
                    continue
                about = f"{label(member.key)} at its published port {inner}"
                if sum(key[:2] == member.key[:2] for key in world.members) == 1:
                    about += f" ({place['HostIp']}:{port})"
                question = {"kind": protocol, "port": port}
                ways = [("from outside", "central", labs.ADDRESSES[member.host], place["HostIp"] == "0.0.0.0")]
                if protocol == "tcp":
                    ways += [
                        ("from its host", member.host, labs.ADDRESSES[member.host], place["HostIp"] == "0.0.0.0"),
                        ("by loopback", member.host, "127.0.0.1", True)]
                for how, node, address, wanted in ways:
                    world.ask(
                        node, f"{about} {how}", lambda answer: None if answer == "refused" else world.who(answer),
                        wanted and way, to=address, **{"from": 0}, **question)

    def closed(self, world):
        """Ports that were published once, on all hosts where they are not now."""
        answering = self.facts[world.driver]["answers at ports that nobody publishes"] = []
        for host in world.hosts:
            open_now = {
                int(place["HostPort"]) for key, member in world.members.items() if member.host == host and member.running
                for places in member["ports"].values() for place in places or []}
            for port in sorted(self.ports - open_now):
                def read(answer, where=f"{host}:{port}"):
                    if answer not in (None, "refused"):
                        answering.append(f"{world.who(answer)} at {where}")
                world.ask("central", None, read, kind="tcp", to=labs.ADDRESSES[host], port=port, **{"from": 0})

    # MARK: Names

    def names(self, world, asker, others):
        def found(answer):
            names = {
                world.places.get((network, address)) for address in answer or [] for network in asker["networks"]
                if (network, address) in world.places}
            return sorted(names | {
                address for address in answer or [] if not any(address == place[1] for place in world.places)})

        # Compose on one host does not know how many there are on the other: names of containers may be the same on both.
        counts = collections.Counter(member["name"] for member in self.ovn.members.values())
        words = {}
        for member in others:
            name = label(member.key)
            there = self.ovn.members.get(member.key)
            if there and counts[there["name"]] == 1:
                words[member["name"]] = f"the container name of {name}"
            words[member["id"][:12]] = f"the short id of {name}"
            words[member.key[1]] = member.key[1]
            for network, entry in member["networks"].items():
                words[f"{member.key[1]}.{network}"] = f"{member.key[1]}.{network}"
                words.update({alias: alias for alias in aliases(entry)})
        for word, name in sorted(words.items()):
            for kind in ("A", "AAAA"):
                world.ask(
                    asker.host, f"{label(asker.key)} finds by {kind} of {name}", found, kind="name", name=word, type=kind,
                    **{"from": asker["pid"]})
        for member in others:
            for network, address in member.addresses():
                if network in asker["networks"] and family(address) == "IPv4":
                    backwards = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
                    world.ask(
                        asker.host, f"{label(asker.key)} finds the name of {label(member.key)} in {network}",
                        lambda answer, right=f"{member['name']}.{network}": "right" if answer == [right] else answer,
                        kind="name", name=backwards, type="PTR", **{"from": asker["pid"]})

    # MARK: Answers

    def answers(self):
        questions, listeners, readers = {}, {}, {}
        for world in self.worlds.values():
            for node, question, about, read in world.asked:
                questions.setdefault(node, []).append(question)
                readers.setdefault(node, []).append((world.driver, about, read, question))
            for member in self.tried(world)[0]:
                for exposed in member["exposed"]:
                    port, protocol = exposed.split("/")
                    if protocol == "udp" and member.asks:
                        page = f"{member['hostname']} {member.key[1]}"
                        listeners.setdefault(member.host, []).append((member["pid"], int(port), page))
        for node in listeners:
            questions.setdefault(node, [])
        self.questions_asked = sum(map(len, questions.values()))
        for node, answers in self.lab.ask(questions, listeners, PATIENCE).items():
            for (driver, about, read, question), answer in zip(readers.get(node, []), answers):
                fact = read(answer)
                if about is None:
                    continue
                if isinstance(fact, tuple):
                    # What it is, and what it must be wherever it is.
                    fact, right = fact
                    if driver == "bridge" and fact != right:
                        self.oddities.append(f"the bridge itself: {about}: {fact}")
                self.facts[driver][about] = fact
                if driver == "bridge" and question["wanted"] and answer in (None, "refused", []):
                    self.silent.append(about)

    def differences(self):
        bridge, ovn, none = self.facts["bridge"], self.facts["ovn"], "nothing of the kind"
        return self.oddities + [
            f"{about}\n      bridge: {bridge.get(about, none)}\n      ovn:    {ovn.get(about, none)}"
            for about in sorted(bridge.keys() | ovn.keys()) if bridge.get(about, none) != ovn.get(about, none)]

    @property
    def count(self):
        return len(self.facts["bridge"].keys() | self.facts["ovn"].keys())
