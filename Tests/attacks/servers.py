"""The private servers of tests that are written in Python: ovn-ipam with its databases, and a Keystone."""
import asyncio
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

import honest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """An `ovn-ipam up` of its own, with its databases in a temporary folder."""

    def __init__(self, programs, keystone=None, log_level="error"):
        self.folder = tempfile.mkdtemp(prefix="ovn-service-")
        self.port = free_port()
        command = [
            f"{programs}/ovn-ipam", "up", "--open", "--listen", f"127.0.0.1:{self.port}", "--data-folder", f"{self.folder}/data",
            "--nb-listen", f"127.0.0.1:{free_port()}", "--sb-listen", f"127.0.0.1:{free_port()}",
            "--log-level", log_level]
        environment = dict(os.environ)
        if keystone:
            command += [
                "--auth", "keystone", "--auth-url", keystone.url, "--auth-username", "admin", "--auth-project", "admin"]
            environment["OVN_IPAM_AUTH_PASSWORD"] = "secret"
        self.log = open(f"{self.folder}/log", "wb")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, env=environment, start_new_session=True,
            # What systemd gives a service that asks for no more.
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (1_024, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))

    async def ready(self):
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit(f"ovn-ipam ended: {open(f'{self.folder}/log').read()[-2_000:]}")
            try:
                if (await honest.ask(self.port, "GET", "/readyz")).status == 200:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.1)
        raise SystemExit("ovn-ipam did not get ready")

    def settle(self):
        """Waits until ovn-northd has taken in all that there is: its work on that is not what an attack costs."""
        subprocess.run(
            ["ovn-nbctl", f"--db=unix:{self.folder}/data/run/ovnnb_db.sock", "--timeout=120", "--wait=sb", "sync"],
            check=True)

    def forget_peak(self):
        try:
            pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        except OSError:
            pass

    def peak(self):
        """The most memory that the process has had, in MiB; None where it has ended."""
        try:
            for line in open(f"/proc/{self.process.pid}/status"):
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1_024
        except OSError:
            pass
        return None

    def end(self):
        """Ends it, and says how long that took."""
        start = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            pass
        # Its children are in its session, should it have left any.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        return time.monotonic() - start


class Keystone:
    """The Keystone of the tests."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ovn-keystone-")
        self.process = subprocess.Popen(
            [ROOT / "Tests/TestServers/keystone/serve", self.folder], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        port = pathlib.Path(f"{self.folder}/port")
        for _ in range(1_200):
            if port.exists():
                break
            if self.process.poll() is not None:
                raise SystemExit("Keystone did not start")
            time.sleep(0.1)
        self.port = int(port.read_text())
        self.url = f"http://127.0.0.1:{self.port}/v3"

    async def token(self):
        domain = {"id": "default"}
        body = {"auth": {
            "identity": {"methods": ["password"], "password": {
                "user": {"name": "admin", "domain": domain, "password": "secret"}}},
            "scope": {"project": {"name": "admin", "domain": domain}}}}
        reply = await honest.ask(self.port, "POST", "/v3/auth/tokens", body)
        return reply.headers["x-subject-token"]

    async def time(self, tokens):
        """Seconds that it takes to validate one of `tokens`, with nothing else to do: the median."""
        times = []
        for token in tokens:
            start = time.monotonic()
            reply = await honest.ask(
                self.port, "GET", "/v3/auth/tokens?nocatalog", token=tokens[0], headers={"X-Subject-Token": token})
            if reply.status != 200:
                raise SystemExit(f"Keystone does not validate its own token: {reply.status}")
            times.append(time.monotonic() - start)
        return statistics.median(times)

    def end(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
