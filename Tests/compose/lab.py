"""A lab of three hosts: two with the plugin, and one as Docker's own bridge has it, which is the reference."""
import concurrent.futures
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBE = pathlib.Path(__file__).resolve().parent / "probe.py"
REFERENCE = "host3"
OVN = ["host1", "host2"]
HOSTS = [*OVN, REFERENCE]
CENTRAL = "10.77.0.10"
# Where central serves what containers ask outside.
OUTSIDE = 8000
# A network that projects share, made beforehand as its users would.
EDGE = "10.69.0.0/24"
ADDRESSES = {"host1": "10.77.0.11", "host2": "10.77.0.12", "host3": "10.77.0.13"}


class Failure(Exception):
    """The lab does not do what is needed before anything can be compared."""


class Lab:
    def __init__(self, name):
        self.name = name
        # Jobs wait for others here: there must be room for all.
        self.pool = concurrent.futures.ThreadPoolExecutor(64)

    def tool(self, *arguments):
        done = subprocess.run(
            [ROOT / "lab/lab", arguments[0], "--name", self.name, *arguments[1:]], capture_output=True, text=True,
            timeout=180)
        if done.returncode:
            raise Failure(f"lab/lab {' '.join(arguments)}: {done.stderr}")

    def run(self, node, *command, seconds=60, text=None):
        """A command on a node: its status, what it printed, and what it complained of."""
        try:
            done = subprocess.run(
                [ROOT / "lab/lab", "exec", "--name", self.name, node, "timeout", "-k", "5", str(seconds), *command],
                capture_output=True, text=True, input=text or "", timeout=seconds + 30)
            return done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            return 124, "", f"{node}: {' '.join(command)[:200]} did not end"

    def shell(self, node, command, seconds=60):
        return self.run(node, "bash", "-c", command, seconds=seconds)

    def must(self, node, command, seconds=60):
        status, output, errors = self.shell(node, command, seconds)
        if status:
            raise Failure(f"{node}: {command}\n{output}{errors}")
        return output

    def at_once(self, jobs):
        """The results of functions, by their keys, all run at once."""
        running = {key: self.pool.submit(job) for key, job in jobs.items()}
        return {key: job.result() for key, job in running.items()}

    # MARK: Up and down

    def up(self):
        self.tool("down")
        self.tool("up", "--hosts", str(len(HOSTS)))
        self.at_once({"central": self.central, "reference": self.reference})
        self.at_once({host: lambda host=host: self.join(host) for host in OVN})
        self.at_once({host: lambda host=host: self.must(host, self.edge(host)) for host in HOSTS})

    def central(self):
        self.must("central", f"""
            setsid ovn-ipam up --open >>/var/log/ovn-ipam.log 2>&1 </dev/null &
            setsid python3 {PROBE} serve {OUTSIDE} >/var/log/outside.log 2>&1 </dev/null &
            until curl -sf -o /dev/null http://127.0.0.1:9696/readyz && curl -s -o /dev/null http://127.0.0.1:{OUTSIDE}/
            do sleep 0.1; done""")

    def reference(self):
        """Docker 20.10 keeps bridges apart in IPv6 too where it is told to."""
        self.must(REFERENCE, """
            sed -i 's/{/{"experimental": true, "ip6tables": true, /' /etc/docker/daemon.json
            pid=$(cat /run/docker.pid); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.05; done""")
        self.tool("start", REFERENCE, "docker")
        self.must(REFERENCE, "until docker version >/dev/null 2>&1; do sleep 0.1; done")

    def join(self, host):
        self.must(host, f"""
            set -e
            ovn-integrate create-integration-bridge
            ovn-integrate set-ipam {CENTRAL}
            ovn-integrate set-tep {ADDRESSES[host]}
            ovn-controller --pidfile --detach -vconsole:off --log-file
            ovn-container init --bridge br-int --overlay-mode""")

    def edge(self, host):
        options = "" if host == REFERENCE else "-d ovn --ipam-driver ovn -o net=edge"
        return f"docker network create --subnet {EDGE} {options} edge"

    def remove_edge(self):
        self.at_once({host: lambda host=host: self.must(host, "docker network rm edge") for host in HOSTS})

    def down(self):
        # What still runs ends with its node.
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.tool("down")

    # MARK: Questions

    def look(self):
        """What there is on all hosts, and what the API has."""
        def there(host):
            status, output, errors = self.run(host, "python3", str(PROBE), "look")
            if status:
                raise Failure(f"{host} cannot be looked at: {errors}")
            return json.loads(output)

        def api():
            lists = {}
            for plural in ("ports", "networks"):
                address = f"http://127.0.0.1:9696/v2.0/{plural}"
                lists.update(json.loads(self.must("central", f"curl -sf -m 10 --retry 3 '{address}'")))
            return lists

        return self.at_once({"api": api, **{host: lambda host=host: there(host) for host in HOSTS}})

    def ask(self, questions, listeners, seconds):
        """The answers to lists of questions by node."""
        def there(node):
            text = json.dumps({"ask": questions[node], "listen": listeners.get(node, []), "seconds": seconds})
            status, output, errors = self.run(node, "python3", str(PROBE), "try", text=text)
            if status:
                raise Failure(f"{node} cannot be asked: {errors}")
            return json.loads(output)

        return self.at_once({node: lambda node=node: there(node) for node in questions})

    def logs(self, folder):
        """Copies what every node has written."""
        for node in ["central", *HOSTS]:
            target = pathlib.Path(folder) / node
            target.mkdir()
            command = [ROOT / "lab/lab", "exec", "--name", self.name, node, "tar", "-C", "/var/log", "-cf", "-", "."]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as packing:
                subprocess.run(["tar", "-C", target, "-xf", "-"], stdin=packing.stdout, check=False, timeout=60)
