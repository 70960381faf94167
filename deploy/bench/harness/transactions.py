"""Transactions over many connections: WATCH, then MULTI, five SET and EXEC in one write. redis-benchmark has none."""

import selectors
import socket
import statistics
import time

from harness.resp import encode

COMMANDS = 5
REPLY_TO_WATCH = b"+OK\r\n"
REPLY_TO_EXEC = b"+OK\r\n" + b"+QUEUED\r\n" * COMMANDS + b"*%d\r\n" % COMMANDS + b"+OK\r\n" * COMMANDS


class Connection:
    """One client: it watches, executes, and begins again. All its keys are of one slot and its own."""

    def __init__(self, port, number, value):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.watch = encode(("WATCH", f"{{t{number}}}0"))
        sets = b"".join(encode(("SET", f"{{t{number}}}{i}", value)) for i in range(COMMANDS))
        self.execute = encode(("MULTI",)) + sets + encode(("EXEC",))
        self.received = b""
        self.expected = b""
        self.begun = 0.0

    def begin(self):
        self.begun = time.monotonic()
        self.send(self.watch, REPLY_TO_WATCH)

    def send(self, request, expected):
        self.received = b""
        self.expected = expected
        self.socket.sendall(request)

    def readable(self):
        """Takes what has come; True when a whole transaction is done."""
        self.received += self.socket.recv(4096)
        if len(self.received) < len(self.expected):
            return False
        if self.received != self.expected:
            raise ValueError(f"expected {self.expected!r}, got {self.received!r}")
        if self.expected is REPLY_TO_WATCH:
            self.send(self.execute, REPLY_TO_EXEC)
            return False
        return True


def load(port, clients, transactions, value_bytes):
    """Runs so many transactions and returns what compare.load returns."""
    connections = [Connection(port, i, b"x" * value_bytes) for i in range(clients)]
    latencies = []
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        start = time.monotonic()
        left = transactions - clients
        for connection in connections:
            connection.begin()
        try:
            while len(latencies) < transactions:
                for key, _ in selector.select(30):
                    connection = key.data
                    if connection.readable():
                        latencies.append(time.monotonic() - connection.begun)
                        if left > 0:
                            left -= 1
                            connection.begin()
        except (OSError, ValueError) as error:
            return {"error": f"transactions: {error}"}
        finally:
            for connection in connections:
                connection.socket.close()
    seconds = time.monotonic() - start
    latencies.sort()
    return {"per_second": transactions / seconds, "p50_millis": statistics.median(latencies) * 1000,
            "p99_millis": latencies[int(len(latencies) * 0.99)] * 1000, "max_millis": latencies[-1] * 1000}
