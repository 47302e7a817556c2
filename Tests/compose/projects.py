"""The Compose projects: what their files say, what is up of them and where, and what can be done to them.

A file is a Compose file for the driver `ovn` that can be used as it is. Three comments in it are for the test:
`# A or B` on a line says that A may be changed to B there, `# at times` that the line, or several of them below each other,
may be missing, and `# scale 1 to 4` after a service how many of it there may be.
"""
import dataclasses
import pathlib
import re
import shlex

HERE = pathlib.Path(__file__).resolve().parent
# For a command of Compose's.
SECONDS = 120


@dataclasses.dataclass
class Change:
    """A place in the file that is written in several ways."""
    service: str
    lines: list
    ways: list


@dataclasses.dataclass
class Service:
    name: str
    most: int = 1
    # Whose network it has.
    owner: str = None
    text: str = ""


@dataclasses.dataclass
class Operation:
    project: "Project"
    kind: str
    what: str
    # Commands one after the other on the reference; and on the two hosts, a step being commands by host, all at once.
    reference: list
    steps: list
    # Whether what they print is to be the same.
    prints: bool = False

    def __str__(self):
        return f"{self.project.name}: {self.what}"


class File:
    def __init__(self, path):
        self.lines = path.read_text().splitlines()
        self.services, self.changes = {}, []
        section, service = None, None
        for number, line in enumerate(self.lines):
            if match := re.match(r"([a-z-]+):", line):
                section, service = match[1], None
            elif section == "services" and (match := re.match(r"  ([a-z]+):(?: # scale 1 to (\d))?$", line)):
                service = self.services[match[1]] = Service(match[1], int(match[2] or 1))
            if service:
                service.text += line + "\n"
                if match := re.search(r"network_mode: service:(\w+)", line):
                    service.owner = match[1]
                if line.endswith(" # at times"):
                    last = self.changes[-1] if self.changes else None
                    if last and last.lines[-1] == number - 1 and last.ways == ["there", "missing"]:
                        last.lines.append(number)
                    else:
                        self.changes.append(Change(service.name, [number], ["there", "missing"]))
                elif match := re.search(r" # (.* or .*)$", line):
                    self.changes.append(Change(service.name, [number], match[1].split(" or ")))

    def text(self, ways, driver):
        """The file with its changes made so, for `ovn` or `bridge`."""
        lines = list(self.lines)
        for change, way in zip(self.changes, ways):
            for number in change.lines:
                if change.ways == ["there", "missing"]:
                    lines[number] = None if way else lines[number]
                else:
                    line, _, _ = lines[number].rpartition(" # ")
                    if change.ways[0] not in line:
                        raise ValueError(f"not in its line: {lines[number]}")
                    lines[number] = line.replace(change.ways[0], change.ways[way])
        text = "\n".join(line for line in lines if line is not None) + "\n"
        if driver == "bridge":
            text = re.sub(r"(ipam:\s*\{?\s*)driver: ovn", r"\1driver: default", text)
            text = text.replace("driver: ovn", "driver: bridge")
        return text


class Project:
    def __init__(self, name):
        self.name, self.file = name, File(HERE / f"{name}.yaml")
        self.ways = [0] * len(self.file.changes)
        # How many of each service are on host1 and host2.
        self.counts = {}
        self.hosts = set()
        self.stopped = set()

    @property
    def up(self):
        return sorted(self.counts)

    def group(self, service):
        """A service with those that share a network with it."""
        owner = self.file.services[service].owner or service
        return [each.name for each in self.file.services.values() if owner in (each.name, each.owner)]

    def place(self, service, random, total=None):
        """Chooses where a service is to run."""
        if self.file.services[service].most > 1:
            total = total or random.randint(1, self.file.services[service].most)
            first = random.randint(0, total)
            self.counts[service] = [first, total - first]
        else:
            neighbours = [self.counts[each] for each in self.group(service) if each in self.counts]
            self.counts[service] = list(neighbours[0]) if neighbours else random.choice([[1, 0], [0, 1]])

    def key(self, random, service=None):
        """One container of those that are up."""
        service = service or random.choice(self.up)
        return self.name, service, random.randrange(sum(self.counts[service]))

    def host_of(self, key):
        return "host1" if key[2] < self.counts[key[1]][0] else "host2"

    # MARK: Commands

    def compose(self, driver, words):
        text = self.file.text(self.ways, driver)
        return (
            f"mkdir -p /run/compose/{self.name} && cd /run/compose/{self.name} && cat >docker-compose.yaml <<'END'\n{text}END\n"
            f"exec docker-compose --ansi never {words}")

    def operation(self, kind, what, words):
        """What Compose is told: `words` says it for so many of each service, by name, or nothing where it has nothing to do."""
        step = {}
        for index, host in enumerate(("host1", "host2")):
            counts = {service: count[index] for service, count in self.counts.items()}
            if said := words(counts, index):
                step[host] = self.compose("ovn", said)
                self.hosts.add(host)
        totals = {service: sum(count) for service, count in self.counts.items()}
        return Operation(self, kind, what, [self.compose("bridge", words(totals, None))], [step])

    def start(self, kind, what, services, before=None):
        """`up -d` of services, so many of each as there are to be: with `before`, those that there were, none too."""
        def words(counts, index):
            some = [
                service for service in services
                if counts[service] or before and index is not None and before.get(service, [0, 0])[index]]
            scale = "".join(
                f" --scale {service}={counts[service]}" for service in some if self.file.services[service].most > 1)
            return some and f"up -d --no-deps{scale} {' '.join(some)}"
        self.stopped -= set(services)
        return self.operation(kind, what, words)

    def told(self, verb, services):
        def words(counts, _):
            some = [service for service in services if counts[service]]
            return some and f"{verb} {' '.join(some)}"
        return self.operation(verb.split()[0], f"{verb} {' '.join(services)}", words)

    def spread(self):
        return ", ".join(
            f"{service} {'+'.join(map(str, count)) if self.file.services[service].most > 1 else 'on host' + str(1 + count[1])}"
            for service, count in self.counts.items())

    # MARK: Operations

    def next(self, random, members):
        """What is done next. `members` tells by driver and key what containers are like now; no choice depends on it."""
        if not self.counts:
            kind = random.choice(["up", "up", "up", "one"])
        else:
            kind = random.choices(
                ["up", "one", "scale", "change", "restart", "stop", "begin", "kill", "crash", "down", "move", "remove",
                 "run", "clash"],
                [3, 1, 6, 5, 2, 2, 2, 2, 2, 3, 4, 1, 2, 2])[0]
        return getattr(self, "do_" + kind)(random, members)

    def do_up(self, random, members):
        for service in self.file.services:
            if service not in self.counts:
                self.place(service, random)
        return self.start("up", f"up -d, {self.spread()}", self.up)

    def do_one(self, random, members):
        missing = [service for service in self.file.services if service not in self.counts]
        if not missing:
            return self.do_up(random, members)
        # With whom it shares a network, or else there is none.
        services = self.group(random.choice(missing))
        for service in services:
            if service not in self.counts:
                self.place(service, random)
        return self.start("up one", f"up -d {' '.join(services)}, {self.spread()}", services)

    def do_scale(self, random, members):
        some = [service for service in self.up if self.file.services[service].most > 1]
        if not some:
            return self.do_change(random, members)
        service = random.choice(some)
        before = {service: self.counts[service]}
        self.place(service, random)
        return self.start(
            "scale", f"up -d --scale {service}={sum(self.counts[service])}, {self.spread()}", [service], before)

    def do_change(self, random, members):
        # Where it makes a difference.
        some = [index for index, change in enumerate(self.file.changes) if change.service in self.counts]
        index = random.choice(some or range(len(self.ways)))
        change = self.file.changes[index]
        self.ways[index] = random.choice([way for way in range(len(change.ways)) if way != self.ways[index]])
        line = self.file.lines[change.lines[0]].rpartition(" # ")[0].strip()
        return self.start(
            "change", f"{change.service}: {line!r} {change.ways[self.ways[index]]!r}, up -d", self.up)

    def some(self, random):
        """One service that is up, or all of them."""
        return [random.choice(self.up)] if random.random() < 0.7 else self.up

    def do_restart(self, random, members):
        return self.told("restart -t 1", self.some(random))

    def do_stop(self, random, members):
        services = self.some(random)
        self.stopped |= set(services)
        return self.told("stop -t 1", services)

    def do_begin(self, random, members):
        services = sorted(self.stopped & set(self.up)) or self.some(random)
        self.stopped -= set(services)
        return self.told("start", services)

    def do_remove(self, random, members):
        services = self.group(random.choice(self.up))
        services = [service for service in services if service in self.counts]
        operation = self.told("rm -s -f", services)
        for service in services:
            del self.counts[service]
        return operation

    def do_move(self, random, members):
        some = [service for service in self.up if self.file.services[service].most == 1]
        if not some:
            return self.do_up(random, members)
        services = [service for service in self.group(random.choice(some)) if service in self.counts]
        away = self.told("rm -s -f", services)
        for service in services:
            self.counts[service] = self.counts[service][::-1]
        there = self.start("move", f"{' '.join(services)} to another host, {self.spread()}", services)
        return dataclasses.replace(there, reference=away.reference + there.reference, steps=away.steps + there.steps)

    def do_down(self, random, members):
        operation = Operation(
            self, "down", "down", [self.compose("bridge", "down -t 1")],
            [{host: self.compose("ovn", "down -t 1") for host in sorted(self.hosts)}])
        self.counts, self.hosts, self.stopped = {}, set(), set()
        return operation

    def by_hand(self, kind, what, key, members, command, host=None):
        """A command that is told a container's entry of what there is, if there is one."""
        def said(driver):
            member = members[driver].get(key)
            return command(member) if member and member["pid"] else "true"
        return Operation(self, kind, what, [said("bridge")], [{host or self.host_of(key): said("ovn")}])

    def do_kill(self, random, members):
        key = self.key(random)
        return self.by_hand(
            "kill", f"docker kill {'_'.join(map(str, key[1:]))}", key, members,
            lambda member: f"docker kill {member['id']}")

    def do_crash(self, random, members):
        key = self.key(random)
        return self.by_hand(
            "crash", f"the process of {'_'.join(map(str, key[1:]))} ends", key, members,
            lambda member: f"kill -KILL {member['pid']}")

    def do_clash(self, random, members):
        key, host = self.key(random), random.choice(sorted(self.hosts))

        def command(member):
            for network, entry in sorted(member["networks"].items()):
                if entry["IPAddress"]:
                    return f"docker run --rm --network {network} --ip {entry['IPAddress']} busybox true"
            return "true"
        return self.by_hand(
            "clash", f"docker run with the address of {'_'.join(map(str, key[1:]))}, on {host}", key, members, command, host)

    def do_run(self, random, members):
        """A container for one command. With an address that its service has already it is refused."""
        service = random.choice(self.up)
        key, host = self.key(random), "host1" if self.counts[service][0] else "host2"

        def words(driver):
            there, asker = members[driver].get(key), members[driver].get((self.name, service, 0))
            near = asker["networks"] if asker else {}
            # In a network of both, if there is one.
            addresses = sorted(
                (network not in near, entry["IPAddress"]) for network, entry in (there["networks"] if there else {}).items()
                if entry["IPAddress"])
            target = key[1] if sum(self.counts[key[1]]) == 1 else addresses[0][1] if addresses else "127.0.0.2"
            # No -T: with it Debian's busybox ends by a segmentation fault.
            script = f"for i in 1 2 3 4 5; do timeout 1 wget -q -O - http://{target}/ && exit; sleep 0.3; done; exit 1"
            return f"run --rm --no-deps -T {service} sh -c {shlex.quote(script)}"
        return Operation(
            self, "run", f"run {service} wget {'_'.join(map(str, key[1:]))}, on {host}",
            [self.compose("bridge", words("bridge"))], [{host: self.compose("ovn", words("ovn"))}], prints=True)
