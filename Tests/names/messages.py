"""DNS messages (RFC 1035), as far as these programs send and read them."""
import socket
import struct

A, MX, TXT, AAAA = 1, 15, 16, 28
NO_SUCH_NAME = 3


def query(number, name, kind):
    labels = b''.join(bytes([len(part)]) + part.encode() for part in name.split('.'))
    return struct.pack('!HHHHHH', number, 0x0100, 1, 0, 0, 0) + labels + b'\0' + struct.pack('!HH', kind, 1)


def question(message):
    """The name that a message asks for, its type, and where the question ends."""
    at, parts = 12, []
    while message[at]:
        parts.append(message[at + 1:at + 1 + message[at]].decode('latin-1'))
        at += 1 + message[at]
    return '.'.join(parts), struct.unpack_from('!H', message, at + 1)[0], at + 5


def reply(message, code, addresses=()):
    """An answer to a query: a code, and IPv4 addresses."""
    _, _, end = question(message)
    records = b''.join(
        struct.pack('!HHHIH', 0xc00c, A, 1, 60, 4) + socket.inet_aton(address) for address in addresses)
    return message[:2] + struct.pack('!HHHHH', 0x8180 | code, 1, len(addresses), 0, 0) + message[12:end] + records


def answer(message):
    """The code of an answer, and its IPv4 addresses."""
    (flags, _, count) = struct.unpack_from('!HHH', message, 2)
    _, _, at = question(message)
    addresses = []
    for _ in range(count):
        while message[at] and message[at] < 0xc0:
            at += 1 + message[at]
        at += 2 if message[at] else 1
        kind, _, _, length = struct.unpack_from('!HHIH', message, at)
        at += 10
        if kind == A:
            addresses.append(socket.inet_ntoa(message[at:at + length]))
        at += length
    return flags & 15, addresses
