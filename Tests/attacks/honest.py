"""The client that wants its answers while others attack: HTTP/1.1 by hand, so that what is measured is the server."""
import asyncio
import collections
import json
import time

# How long it waits for an answer.
PATIENCE = 10
# Requests a second.
RATE = 20

Reply = collections.namedtuple("Reply", "status headers body")


class Connection:
    """One connection that requests share."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def ask(self, method, path, body=None, token=None, last=False, headers=None):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        text = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        if text:
            head += f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
        if token:
            head += f"X-Auth-Token: {token}\r\n"
        for name, value in (headers or {}).items():
            head += f"{name}: {value}\r\n"
        if last:
            head += "Connection: close\r\n"
        self.writer.write(head.encode() + b"\r\n" + text)
        await self.writer.drain()
        reply = await self.reply()
        if last or reply.headers.get("connection", "").lower() == "close":
            self.close()
        return reply

    async def reply(self):
        line = await self.reader.readline()
        if not line:
            self.close()
            raise ConnectionError("closed without an answer")
        status, headers = int(line.split()[1]), {}
        while (line := (await self.reader.readline()).strip()):
            name, value = line.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        body = b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while (size := int(await self.reader.readline(), 16)):
                body += await self.reader.readexactly(size)
                await self.reader.readline()
            await self.reader.readline()
        elif status != 204:
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Reply(status, headers, body)

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def ask(port, method, path, body=None, token=None, headers=None):
    """One request by a connection of its own."""
    return await asyncio.wait_for(Connection(port).ask(method, path, body, token, last=True, headers=headers), 60)


async def made(port, token, member, attributes):
    """The identifier of a new resource."""
    reply = await ask(port, "POST", f"/v2.0/{member}s", {member: attributes}, token)
    if reply.status != 201:
        raise SystemExit(f"no {member}: {reply.status} {reply.body[:300]}")
    return json.loads(reply.body)[member]["id"]


class Measures:
    """What the client noticed: seconds that answers took, and what went wrong."""

    def __init__(self):
        self.times, self.failures, self.health = [], [], []
        # Of requests for which the server had to ask Keystone first, and of those that waited behind one.
        self.asking = []


class Client:
    """Makes, shows, lists and deletes ports of a network of its own, in turn by a kept connection and by new ones.

    With `tokens` it has another one every `pace` seconds, half a second or more. There are enough of them that one is
    forgotten by the server (30 s) when its turn comes again.
    """

    def __init__(self, port, tokens, pace=0.5):
        self.port, self.tokens, self.pace = port, tokens, pace
        self.steps = 0
        # The turns whose token the server has validated.
        self.validated = set()
        self.kept = Connection(port)
        self.free = asyncio.Lock()
        # Requests by the kept connection that the server asks Keystone for.
        self.asking = 0
        self.ports = []

    async def prepare(self):
        token = self.tokens[0] if self.tokens else None
        self.network = await made(self.port, token, "network", {"name": "honest"})
        await made(self.port, token, "subnet", {"network_id": self.network, "ip_version": 4, "cidr": "10.9.0.0/24"})

    async def run(self, seconds):
        """May be called again: tokens and ports go on where they were."""
        measures, start, tasks, first = Measures(), time.monotonic(), [], self.steps
        while time.monotonic() < start + seconds:
            tasks.append(asyncio.create_task(self.step(self.steps, measures)))
            if self.steps % RATE == 0:
                tasks.append(asyncio.create_task(self.look("/healthz", measures)))
            if self.steps % RATE == RATE // 2:
                tasks.append(asyncio.create_task(self.look("/readyz", measures)))
            self.steps += 1
            await asyncio.sleep(max(0, start + (self.steps - first) / RATE - time.monotonic()))
        await asyncio.gather(*tasks)
        self.kept.close()
        return measures

    async def look(self, path, measures):
        start = time.monotonic()
        try:
            reply = await asyncio.wait_for(Connection(self.port).ask("GET", path, last=True), PATIENCE)
            if reply.status != 200:
                measures.failures.append(f"{path}: {reply.status}")
        except (OSError, EOFError, asyncio.TimeoutError, ValueError) as error:
            measures.failures.append(f"{path}: {type(error).__name__}")
        measures.health.append(time.monotonic() - start)

    async def step(self, number, measures):
        turn, is_kept = int(number / RATE / self.pace), number % 2 == 0
        token = self.tokens[turn % len(self.tokens)] if self.tokens else None
        asks = token is not None and (turn not in self.validated or (is_kept and self.asking > 0))
        kind = number // 2 % 4
        if kind == 0 or not self.ports:
            request, wanted = ("POST", "/v2.0/ports", {"port": {"network_id": self.network}}), 201
        elif kind == 1:
            request, wanted = ("GET", f"/v2.0/ports/{self.ports[-1]}"), 200
        elif kind == 3 and len(self.ports) > 20:
            # Not one that a request before may still be looking at.
            request, wanted = ("DELETE", f"/v2.0/ports/{self.ports.pop(0)}"), 204
        else:
            request, wanted = ("GET", f"/v2.0/ports?network_id={self.network}"), 200
        start = time.monotonic()
        what = f"{request[0]} {request[1][:14]}"
        self.asking += 1 if asks and is_kept else 0
        try:
            reply = await asyncio.wait_for(self.answer(is_kept, request, token), PATIENCE)
        except (OSError, EOFError, asyncio.TimeoutError, ValueError, AttributeError) as error:
            measures.failures.append(f"{what}: {type(error).__name__} {error}")
            return
        finally:
            self.asking -= 1 if asks and is_kept else 0
        if reply.status != wanted:
            measures.failures.append(f"{what}: {reply.status} {reply.body[:200].decode(errors='replace')}")
            return
        self.validated.add(turn)
        (measures.asking if asks else measures.times).append(time.monotonic() - start)
        if request[0] == "POST":
            self.ports.append(json.loads(reply.body)["port"]["id"])

    async def answer(self, is_kept, request, token):
        if not is_kept:
            return await Connection(self.port).ask(*request, token=token, last=True)
        async with self.free:
            try:
                return await self.kept.ask(*request, token=token)
            except BaseException:
                self.kept.close()
                raise
