"""As much of RESP as starting, filling and asking a server takes."""

import socket


class Client:
    """A connection; replies are bytes, int, list, None, or a ReplyError."""

    def __init__(self, port, timeout=10.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def call(self, *words):
        self.socket.sendall(encode(words))
        reply = self.reply()
        if isinstance(reply, ReplyError):
            raise reply
        return reply

    def reply(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            return ReplyError(rest.decode(errors="replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]
        raise ConnectionError(f"no reply: {line!r}")

    def info(self, section):
        """INFO's fields of a section."""
        lines = self.call("INFO", section).decode(errors="replace").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def fill(self, keys, value_bytes, batch=500):
        """Sets key:000000000000 and so on, which are the keys that redis-benchmark -r uses."""
        value = b"x" * value_bytes
        for first in range(0, keys, batch):
            count = min(batch, keys - first)
            self.socket.sendall(b"".join(
                encode((b"SET", b"key:%012d" % key, value)) for key in range(first, first + count)))
            for _ in range(count):
                reply = self.reply()
                if isinstance(reply, ReplyError):
                    raise reply


class ReplyError(Exception):
    """An error reply."""


def encode(words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)
