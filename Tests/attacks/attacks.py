"""The attacks. Each is a coroutine that goes on until it is cancelled, with a bound on what it has open and does in a second."""
import asyncio
import json
import os
import random
import resource
import socket
import sys
import uuid

# Members of a bulk request at the limit: see docs/limits.md.
BULK = 128

ATTACKS = {}
WITH_KEYSTONE = set()


def kind(function):
    ATTACKS[function.__name__.replace("_", "-")] = function
    return function


class Target:
    """The server, as an attacker sees it."""

    def __init__(self, port, bulk, source, network, token):
        self.port, self.bulk, self.source, self.network, self.token = port, bulk, source, network, token

    async def open(self, buffer=None):
        """A connection; `buffer` keeps small what the kernel takes in unread."""
        connection = socket.socket()
        connection.setblocking(False)
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.bind((self.source, 0))
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port)), 5)
            return await asyncio.open_connection(sock=connection, limit=4_096 if buffer else 65_536)
        except BaseException:
            connection.close()
            raise

    def request(self, method, path, body=b"", *headers):
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
        if self.token:
            lines.append(f"X-Auth-Token: {self.token}")
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def gone(reader):
    """Reads until the server ends the connection."""
    while await reader.read(65_536):
        pass


async def holding(target, count, opening, act, buffer=None):
    """Keeps `count` connections, `opening` new ones a second at most, each with what `act` does to it."""
    async def hold():
        try:
            reader, writer = await target.open(buffer)
        except (OSError, asyncio.TimeoutError):
            return
        try:
            await act(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.transport.abort()

    held = set()
    while True:
        if len(held) < count:
            held.add(asyncio.create_task(hold()))
        await asyncio.sleep(1 / opening)
        held = {task for task in held if not task.done()}


async def repeating(target, count, rate, request):
    """`count` connections by which `request()` goes out and is answered again and again, `rate` times a second in all."""
    async def repeat():
        while True:
            try:
                reader, writer = await target.open()
                try:
                    while True:
                        began = asyncio.get_running_loop().time()
                        writer.write(request())
                        await writer.drain()
                        await answer(reader)
                        await asyncio.sleep(max(0, began + count / rate - asyncio.get_running_loop().time()))
                finally:
                    writer.transport.abort()
            except (OSError, EOFError, ValueError, asyncio.TimeoutError):
                await asyncio.sleep(max(0.05, count / rate))

    await asyncio.gather(*(repeat() for _ in range(count)))


async def answer(reader):
    line = await reader.readline()
    if not line:
        raise EOFError
    length, chunked = 0, False
    while (line := (await reader.readline()).strip().lower()):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        chunked = chunked or line.startswith(b"transfer-encoding:")
    if chunked:
        while (size := int(await reader.readline(), 16)):
            await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        await reader.readexactly(length)


def networks(count):
    return json.dumps({"networks": [{} for _ in range(count)]}, separators=(",", ":")).encode()


@kind
async def none(target):
    """Nobody attacks: what the machine itself costs."""
    await asyncio.Event().wait()


@kind
async def none_keystone(target):
    """The same with Keystone."""
    await asyncio.Event().wait()


# MARK: Connections


@kind
async def idle(target):
    """1,100 connections that say nothing."""
    await holding(target, 1_100, 400, lambda reader, writer: gone(reader))


@kind
async def half_heads(target):
    """1,100 connections with the first half of a request's head."""
    async def act(reader, writer):
        writer.write(b"GET /v2.0/networks HTTP/1.1\r\nHost: a\r\nX-A: ")
        await gone(reader)

    await holding(target, 1_100, 400, act)


@kind
async def slow_heads(target):
    """300 connections that send a head at one byte a second."""
    async def act(reader, writer):
        ended = asyncio.create_task(gone(reader))
        for byte in b"GET /v2.0/networks HTTP/1.1\r\nHost: a\r\n" + b"X-A: " + b"a" * 10_000:
            if ended.done():
                return
            writer.write(bytes([byte]))
            await asyncio.sleep(1)

    await holding(target, 300, 200, act)


@kind
async def churn(target):
    """300 connections a second that are closed as soon as they are open."""
    async def act(reader, writer):
        pass

    await holding(target, 100, 300, act)


@kind
async def close_flood(target):
    """200 requests a second, each with `Connection: close` and a connection of its own."""
    async def act(reader, writer):
        writer.write(target.request("GET", "/v2.0/networks?limit=1", b"", "Connection: close"))
        await asyncio.wait_for(gone(reader), 10)

    await holding(target, 100, 200, act)


@kind
async def huge_heads(target):
    """40 connections that send a head of 1 MiB, 40 a second."""
    async def act(reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
        for number in range(1_024):
            writer.write(b"X-%d: " % number + b"a" * 1_000 + b"\r\n")
            await writer.drain()
        writer.write(b"\r\n")
        await asyncio.wait_for(gone(reader), 10)

    await holding(target, 40, 40, act)


@kind
async def broken_chunks(target):
    """100 connections with bodies in chunks that are none, 200 a second."""
    def body():
        return random.choice([
            b"zz\r\n", b"5\r\nab\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", b"-1\r\n\r\n", b"5;" + b"a" * 20_000, b"3\r\nabc"])

    async def act(reader, writer):
        writer.write(
            b"POST /v2.0/networks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body())
        if random.random() < 0.5:
            writer.write_eof()
        await asyncio.wait_for(gone(reader), 10)

    await holding(target, 100, 200, act)


# MARK: Bodies


@kind
async def half_bodies(target):
    """200 connections with nearly all of the largest body that 24e33f7 took, 8 MB."""
    async def act(reader, writer):
        writer.write(target.request("POST", "/v2.0/networks").replace(b"\r\n\r\n", b"\r\nContent-Length: 8000000\r\n\r\n"))
        ended = asyncio.create_task(gone(reader))
        for _ in range(121):
            if ended.done():
                return
            writer.write(b" " * 65_536)
            await writer.drain()
        await ended

    await holding(target, 200, 50, act)


@kind
async def half_small_bodies(target):
    """500 connections with half of a body of 60 KB."""
    async def act(reader, writer):
        writer.write(target.request("POST", "/v2.0/networks").replace(b"\r\n\r\n", b"\r\nContent-Length: 60000\r\n\r\n"))
        writer.write(b" " * 59_000)
        await gone(reader)

    await holding(target, 500, 200, act)


@kind
async def huge_bulk(target):
    """One client that asks for 100,000 networks by a body of 300 KB, again and again."""
    body = target.request("POST", "/v2.0/networks", networks(100_000))
    await repeating(target, 1, 10, lambda: body)


@kind
async def bulk(target):
    """8 clients that ask for as many networks at a time as there may be, again and again."""
    body = target.request("POST", "/v2.0/networks", networks(target.bulk))
    await repeating(target, 8, 1_000, lambda: body)


@kind
async def writes(target):
    """200 clients that ask for four networks each at a time, 400 requests a second."""
    body = target.request("POST", "/v2.0/networks", networks(4))
    await repeating(target, 200, 400, lambda: body)


@kind
async def refused_bulk(target):
    """8 clients with bulk requests for ports at the limit of which the last is wrong."""
    ports = [{"network_id": target.network, "name": f"p{number}", "tags": [f"t{tag}" for tag in range(10)]}
             for number in range(target.bulk - 1)]
    ports.append({"network_id": str(uuid.uuid4())})
    body = target.request("POST", "/v2.0/ports", json.dumps({"ports": ports}).encode())
    await repeating(target, 8, 1_000, lambda: body)


@kind
async def deep_json(target):
    """8 clients with arrays in arrays, 100,000 deep, and with 200,000 small objects, 40 a second."""
    deep = target.request("POST", "/v2.0/networks", b'{"network":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    many = target.request("POST", "/v2.0/networks", b'{"network":[' + b'{"a":1},' * 100_000 + b"1]}")
    await repeating(target, 8, 40, lambda: random.choice([deep, many]))


@kind
async def hostile_members(target):
    """8 clients that give one port thousands of addresses, pairs, options and tags, 40 a second."""
    pool = [
        {"fixed_ips": [{"ip_address": f"10.64.{n // 250}.{n % 250 + 1}"} for n in range(5_000)]},
        {"allowed_address_pairs": [{"ip_address": f"10.70.{n // 250}.{n % 250 + 1}"} for n in range(5_000)]},
        {"extra_dhcp_opts": [{"opt_name": f"option-{n}", "opt_value": "1"} for n in range(5_000)]},
        {"tags": [f"tag-{n}" for n in range(5_000)]},
        {"binding:profile": {f"key-{n}": {} for n in range(5_000)}},
    ]
    bodies = [
        target.request("POST", "/v2.0/ports", json.dumps({"port": {"network_id": target.network, **each}}).encode())
        for each in pool]
    await repeating(target, 8, 40, lambda: random.choice(bodies))


# MARK: Lists


@kind
async def unread_lists(target):
    """100 connections that ask for all ports again and again and read nothing."""
    async def act(reader, writer):
        reader._transport.pause_reading()
        for _ in range(20):
            writer.write(target.request("GET", "/v2.0/ports"))
        for _ in range(600):
            if writer.transport.is_closing():
                return
            await asyncio.sleep(0.1)

    await holding(target, 100, 50, act, buffer=4_096)


@kind
async def list_loop(target):
    """8 clients that list all ports in a loop."""
    await repeating(target, 8, 1_000, lambda: target.request("GET", "/v2.0/ports"))


@kind
async def sort_everything(target):
    """8 clients that list all ports, sorted by everything that they have."""
    keys = [
        "name", "network_id", "status", "mac_address", "device_id", "device_owner", "admin_state_up", "project_id",
        "description", "created_at", "updated_at", "revision_number", "tenant_id"]
    query = "&".join(f"sort_key={key}&sort_dir=desc" for key in keys)
    await repeating(target, 8, 1_000, lambda: target.request("GET", f"/v2.0/ports?{query}"))


@kind
async def long_filters(target):
    """8 clients with filters of 10,000, of 200 and of many names of attributes, 40 a second."""
    paths = [
        "/v2.0/ports?" + "&".join(f"id={uuid.uuid4()}" for _ in range(10_000)),
        "/v2.0/ports?" + "&".join(f"id={uuid.uuid4()}" for _ in range(200)),
        "/v2.0/ports?" + "&".join(f"{n:x}" for n in range(1_500)),
        "/v2.0/ports?" + "&".join(f"fields=f{n}" for n in range(800)),
        "/v2.0/ports?" + "&".join(f"fixed_ips=ip_address%3D10.1.{n}.9" for n in range(200)),
    ]
    await repeating(target, 8, 40, lambda: target.request("GET", random.choice(paths)))


# MARK: Tokens


@kind
async def invented_tokens(target):
    """1,200 connections, each with one invented token after the other."""
    async def act(reader, writer):
        while True:
            writer.write(
                f"GET /v2.0/networks?limit=1 HTTP/1.1\r\nHost: a\r\nX-Auth-Token: {uuid.uuid4().hex}\r\n\r\n".encode())
            await answer(reader)
            await asyncio.sleep(1)

    await holding(target, 1_200, 400, act)


@kind
async def same_invented_token(target):
    """100 connections with one invented token, 1,000 requests a second."""
    await repeating(
        target, 100, 1_000, lambda: b"GET /v2.0/networks HTTP/1.1\r\nHost: a\r\nX-Auth-Token: invented\r\n\r\n")


WITH_KEYSTONE |= {"none-keystone", "invented-tokens", "same-invented-token"}


async def main():
    name, port, seconds, size, source, network, token = sys.argv[1:]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192), hard))
    target = Target(int(port), int(size), source, network, token)
    # Whatever it is doing then.
    asyncio.get_running_loop().call_later(int(seconds), os._exit, 0)
    await ATTACKS[name](target)


if __name__ == "__main__":
    asyncio.run(main())
