"""What runs on a node of the lab: it looks at the engine and the host, and tries what containers reach.

    probe.py look     prints what there is
    probe.py try      reads questions, prints which were answered and with what
    probe.py serve    answers whoever connects with the address he comes from

All of JSON. A question is asked in the network of a container, entered by its process id, without a program of the
container's: a namespace is entered for as long as it takes to make a socket there, so that thousands of questions are
asked at once by one small process.
"""
import ctypes
import errno
import json
import os
import pathlib
import re
import resource
import selectors
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
# Until a question is asked again, where the kernel does not do that by itself.
AGAIN = 0.25
# For how long nobody answers who shall not.
SILENCE = 0.7
# For how long a node answers datagrams, which another sends.
ATTENTION = 2
TYPES = {"A": 1, "PTR": 12, "AAAA": 28}
libc = ctypes.CDLL(None, use_errno=True)


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout


# MARK: Looking


def look():
    """The engine's containers and networks, and what the host has of the plugin's."""
    ids = said("docker", "ps", "-aq", "--no-trunc").split()
    containers = []
    # One that ends meanwhile is missing from the answer, and its name is on stderr.
    for each in json.loads(said("docker", "inspect", *ids) or "[]") if ids else []:
        pid = each["State"]["Pid"]
        containers.append({
            "id": each["Id"], "name": each["Name"].lstrip("/"), "labels": each["Config"]["Labels"] or {},
            "status": each["State"]["Status"], "code": each["State"]["ExitCode"], "pid": pid,
            "exposed": list(each["Config"].get("ExposedPorts") or {}), "ports": each["NetworkSettings"]["Ports"] or {},
            "networks": each["NetworkSettings"]["Networks"] or {}, "mode": each["HostConfig"]["NetworkMode"],
            "bindings": each["HostConfig"]["PortBindings"] or {}, "mac": each["Config"].get("MacAddress", ""), **inside(pid)})
    ids = said("docker", "network", "ls", "-q", "--no-trunc").split()
    networks = [
        {"name": each["Name"], "driver": each["Driver"], "labels": each["Labels"] or {}, "internal": each["Internal"],
         "options": each["Options"] or {}, "endpoints": [member["EndpointID"] for member in each["Containers"].values()]}
        for each in (json.loads(said("docker", "network", "inspect", *ids) or "[]") if ids else [])]
    rows = re.findall(r"iface-id=([0-9a-f-]*)", said(
        "ovs-vsctl", "--timeout=5", "--bare", "--columns=external_ids", "find", "Interface",
        'external_ids:"ovn-containers:docker-endpoint"!=""'))
    veths = re.findall(r"^\d+: (ovn[^@:]*)", said("ip", "-o", "link", "show", "type", "veth"), re.MULTILINE)
    return {"containers": containers, "networks": networks, "rows": rows, "veths": veths}


def inside(pid):
    """Which network a process is in, and what it takes for its own addresses."""
    try:
        process = pathlib.Path(f"/proc/{pid}")
        if pid == 0:
            raise FileNotFoundError
        hosts = (process / "root/etc/hosts").read_text()
        name = (process / "root/etc/hostname").read_text().strip()
        own = [line.split()[0] for line in hosts.splitlines() if name in line.split()[1:]]
        return {"namespace": os.stat(process / "ns/net").st_ino, "own": own, "hostname": name, "hosts": hosts}
    except OSError:
        return {"namespace": None, "own": [], "hostname": "", "hosts": ""}


# MARK: Trying


class Places:
    """Sockets in the networks of processes; 0 is the host's."""

    def __init__(self):
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.kept = {}

    def socket(self, pid, family, kind, protocol=0):
        """None where the process has ended."""
        try:
            place = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY) if pid else self.home
        except OSError:
            return None
        try:
            if libc.setns(place, CLONE_NEWNET):
                return None
            made = socket.socket(family, kind, protocol)
            made.setblocking(False)
            return made
        finally:
            libc.setns(self.home, CLONE_NEWNET)
            if pid:
                os.close(place)

    def shared(self, pid, *kind):
        """One socket for all questions of a kind."""
        if (pid, kind) not in self.kept:
            self.kept[pid, kind] = self.socket(pid, *kind)
        return self.kept[pid, kind]


class Trial:
    """All questions at once. Answers are by the questions' numbers; None is none."""

    def __init__(self, questions):
        self.questions, self.answers = questions["ask"], [None] * len(questions["ask"])
        self.limit = questions["seconds"]
        self.selector, self.places = selectors.DefaultSelector(), Places()
        # What is waited for until the limit; the rest must be silent for a while.
        self.missing = {number for number, question in enumerate(self.questions) if question.get("wanted")}
        # TCP questions that met nobody who listens, and who may be starting.
        self.early = set()
        for pid, port, text in questions["listen"]:
            # One that was published for UDP has no program that answers: this one does, in its place.
            listener = self.places.socket(pid, socket.AF_INET, socket.SOCK_DGRAM)
            if listener:
                listener.bind(("", port))
                self.watch(listener, lambda listener=listener, text=text: self.echo(listener, text))
        self.again = [number for number in range(len(self.questions)) if not self.begin(number)]
        self.silence = ATTENTION if questions["listen"] else SILENCE

    def watch(self, waiting, act, events=selectors.EVENT_READ):
        try:
            self.selector.modify(waiting, events, act)
        except KeyError:
            self.selector.register(waiting, events, act)

    def run(self):
        begun = asked = time.monotonic()
        while time.monotonic() < begun + self.limit:
            if not self.missing and time.monotonic() > begun + self.silence:
                break
            if time.monotonic() > asked + AGAIN or asked == begun:
                asked = time.monotonic()
                for number in self.again:
                    if self.answers[number] is None:
                        self.repeat(number)
                for number in self.early & self.missing:
                    self.early.discard(number)
                    self.connect(number)
            for key, _ in self.selector.select(0.05):
                key.data()
        return self.answers

    def close(self, made):
        self.selector.unregister(made)
        made.close()

    def answer(self, number, text):
        self.answers[number] = text
        self.missing.discard(number)

    def begin(self, number):
        """Whether it needs no repeating."""
        question = self.questions[number]
        if question["kind"] == "tcp":
            self.connect(number)
            return True
        return False

    def repeat(self, number):
        question = self.questions[number]
        try:
            {"ping": self.ping, "name": self.ask, "udp": self.send}[question["kind"]](number, question)
        except OSError:
            # Nobody there, or no route: silence.
            pass

    # TCP: an HTTP request, whose answer is the page.

    def connect(self, number):
        question = self.questions[number]
        family = socket.AF_INET6 if ":" in question["to"] else socket.AF_INET
        made = self.places.socket(question["from"], family, socket.SOCK_STREAM)
        if made is None:
            return
        try:
            made.connect((question["to"], question["port"]))
        except BlockingIOError:
            pass
        except OSError:
            made.close()
            return
        self.watch(made, lambda: self.connected(number, made), selectors.EVENT_WRITE)

    def connected(self, number, made):
        error = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self.close(made)
            self.answers[number] = "refused" if error == errno.ECONNREFUSED else None
            self.early.add(number)
            return
        made.send(b"GET / HTTP/1.0\r\n\r\n")
        self.watch(made, lambda: self.page(number, made, bytearray()))

    def page(self, number, made, so_far):
        try:
            piece = made.recv(4096)
        except OSError:
            piece = b""
        if piece:
            so_far += piece
            self.watch(made, lambda: self.page(number, made, so_far))
            return
        self.close(made)
        if not so_far:
            self.early.add(number)
            return
        self.answer(number, so_far.decode(errors="replace").split("\r\n\r\n", 1)[-1].strip())

    # ICMP

    def ping(self, number, question):
        if ":" in question["to"]:
            made = self.places.shared(question["from"], socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            kind = 128
        else:
            made = self.places.shared(question["from"], socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            kind = 8
        if made is None:
            return
        self.watch(made, lambda: self.pong(made))
        packet = struct.pack("!BBHHHI", kind, 0, 0, os.getpid() & 0xFFFF, number & 0xFFFF, number)
        made.sendto(packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:], (question["to"], 0))

    def pong(self, made):
        try:
            packet, sender = made.recvfrom(2048)
        except OSError:
            return
        if made.family == socket.AF_INET:
            packet = packet[(packet[0] & 15) * 4:]
        if len(packet) < 12 or packet[0] not in (0, 129):
            return
        _, _, _, process, _, number = struct.unpack("!BBHHHI", packet[:12])
        if process == os.getpid() & 0xFFFF and number < len(self.questions):
            if self.questions[number]["to"] == sender[0]:
                self.answer(number, "pong")

    # Names, of Docker's own server in the container's network

    def ask(self, number, question):
        made = self.places.shared(question["from"], socket.AF_INET, socket.SOCK_DGRAM)
        if made is None:
            return
        self.watch(made, lambda: self.told(made))
        name = b"".join(bytes([len(label)]) + label.encode() for label in question["name"].split("."))
        made.sendto(
            struct.pack("!HHHHHH", number & 0xFFFF, 0x100, 1, 0, 0, 0) + name + b"\0"
            + struct.pack("!HH", TYPES[question["type"]], 1), ("127.0.0.11", 53))

    def told(self, made):
        try:
            packet = made.recv(4096)
        except OSError:
            return
        number, _, _, count, _, _ = struct.unpack("!HHHHHH", packet[:12])
        wanted, offset, found = TYPES[self.questions[number]["type"]], read_name(packet, 12)[1] + 4, []
        for _ in range(count):
            _, offset = read_name(packet, offset)
            kind, _, _, length = struct.unpack("!HHIH", packet[offset:offset + 10])
            offset += 10
            if kind == wanted == 12:
                found.append(read_name(packet, offset)[0])
            elif kind == wanted:
                found.append(socket.inet_ntop(
                    socket.AF_INET if kind == 1 else socket.AF_INET6, packet[offset:offset + length]))
            offset += length
        self.answer(number, sorted(found))

    # UDP, with a socket for each attempt: what met nobody leaves a connection in the host's packet filter, which goes on so.

    def send(self, number, question):
        made = self.places.socket(question["from"], socket.AF_INET, socket.SOCK_DGRAM)
        if made is None:
            return
        made.connect((question["to"], question["port"]))
        self.watch(made, lambda: self.heard(number, made))
        made.send(b"who?")

    def heard(self, number, made):
        try:
            self.answer(number, made.recv(2048).decode())
        except OSError:
            pass
        self.close(made)

    def echo(self, listener, text):
        try:
            _, sender = listener.recvfrom(2048)
            listener.sendto(text.encode(), sender)
        except OSError:
            pass


def checksum(packet):
    total = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def read_name(packet, offset):
    """A name and where it ends."""
    labels, end = [], None
    while packet[offset]:
        if packet[offset] >= 0xC0:
            end = end or offset + 2
            offset = struct.unpack("!H", packet[offset:offset + 2])[0] & 0x3FFF
            continue
        labels.append(packet[offset + 1:offset + 1 + packet[offset]].decode())
        offset += 1 + packet[offset]
    return ".".join(labels), end or offset + 1


# MARK: Outside


def serve(port):
    server = socket.create_server(("", port), backlog=1024)
    while True:
        client, sender = server.accept()
        try:
            client.settimeout(2)
            client.recv(1024)
            client.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + sender[0].encode())
        except OSError:
            pass
        client.close()


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if sys.argv[1] == "look":
        print(json.dumps(look()))
    elif sys.argv[1] == "try":
        print(json.dumps(Trial(json.load(sys.stdin)).run()))
    else:
        serve(int(sys.argv[2]))


if __name__ == "__main__":
    main()
