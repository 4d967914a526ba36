# SPDX-License-Identifier: BSD-2-Clause
"""A minimal mutual-TLS SIP endpoint: what it gets is kept byte for byte."""
import contextlib
import select
import socket
import ssl
import threading
import time

import sipmsg


def client_context(cert, key, ca, verify=True, version=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    c.load_cert_chain(cert, key)
    if verify:
        c.load_verify_locations(ca)
    if version:
        c.minimum_version = c.maximum_version = version
    return c


def server_context(cert, key, ca):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.verify_mode = ssl.CERT_REQUIRED
    c.load_cert_chain(cert, key)
    c.load_verify_locations(ca)
    return c


def plain_dial(remote, source, seconds=20):
    s = socket.socket(socket.AF_INET6 if ":" in remote[0]
                      else socket.AF_INET)
    s.settimeout(seconds)
    s.bind((source, 0))
    s.connect(remote)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


class Connection:
    """One TLS connection with a reader thread; write and read take turns."""

    def __init__(self, sock, inbox, name):
        self.sock, self.inbox, self.name = sock, inbox, name
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self.why = ""
        self.stopping = False
        self.pongs = 0
        self.received = 0
        sock.setblocking(False)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _once(self):
        with self.lock:
            try:
                return self.sock.recv(1 << 16)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return None

    def _read(self):
        buffer = b""
        try:
            while not self.stopping:
                data = self._once()
                if data is None:
                    select.select([self.sock], [], [], 0.1)
                    continue
                if data == b"":
                    self.why = "closed"
                    break
                self.received += len(data)
                buffer += data
                items, buffer = sipmsg.split(buffer)
                for item in items:
                    if item == b"\r\n":
                        self.pongs += 1
                    else:
                        item.connection = self
                        self.inbox.put(item)
        except (OSError, ValueError) as e:
            self.why = str(e)
        self.closed.set()

    def send(self, data, seconds=30):
        end = time.monotonic() + seconds
        view = memoryview(data)
        while view:
            if self.closed.is_set() or time.monotonic() > end:
                raise ConnectionError(f"{self.name}: {self.why or 'stuck'}")
            try:
                with self.lock:
                    sent = self.sock.send(view[:1 << 14])
                view = view[sent:]
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([], [self.sock], [], 0.05)

    def close(self, reset=False):
        self.stopping = True
        self.thread.join(2)
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 b"\1\0\0\0\0\0\0\0")
        with contextlib.suppress(OSError):
            self.sock.close()
        self.closed.set()


class Inbox:
    """Messages in order of arrival; expect() takes the first that fits."""

    def __init__(self):
        self.items, self.news = [], threading.Condition()

    def put(self, item):
        with self.news:
            self.items.append(item)
            self.news.notify_all()

    def take(self, fits, seconds):
        end = time.monotonic() + seconds
        with self.news:
            while True:
                for i, item in enumerate(self.items):
                    if fits(item):
                        return self.items.pop(i)
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self.news.wait(left)


class Endpoint:
    """Listens as a node or an Edge does, and dials sipfedd."""

    def __init__(self, address, port, cert_files, ca, daemon):
        self.address, self.port = address, port
        self.cert, self.key = cert_files
        self.ca, self.daemon = ca, daemon  # daemon: (address, port)
        self.inbox, self.connections = Inbox(), []
        self.listener, self.accepting = None, False
        self.out = None

    @property
    def via(self):
        return f"{self.address}:{self.port}"

    def listen(self):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((self.address, self.port))
        s.listen(300)
        s.settimeout(0.2)
        self.port = s.getsockname()[1]
        self.listener, self.accepting = s, True
        self.acceptor = threading.Thread(target=self._accept, daemon=True)
        self.acceptor.start()
        return self

    def _accept(self):
        context = server_context(self.cert, self.key, self.ca)
        while self.accepting:
            try:
                raw, _ = self.listener.accept()
            except socket.timeout:
                continue
            except OSError:
                return
            raw.settimeout(20)
            try:
                tls = context.wrap_socket(raw, server_side=True)
            except OSError:
                raw.close()
                continue
            self.connections.append(
                Connection(tls, self.inbox, "accepted"))

    def deaf(self):
        """Stop listening; what is open stays."""
        self.accepting = False
        if self.listener:
            self.listener.close()
            self.acceptor.join(2)
            self.listener = None

    def dial(self, **more):
        context = client_context(self.cert, self.key, self.ca, **more)
        raw = plain_dial(self.daemon, self.address)
        c = Connection(context.wrap_socket(raw), self.inbox, "dialled")
        self.connections.append(c)
        self.out = c
        return c

    def send(self, data):
        if self.out is None or self.out.closed.is_set():
            self.dial()
        self.out.send(data)
        return sipmsg.Message(data)

    def reply(self, req, status, reason="OK", **more):
        req.connection.send(sipmsg.response(req, status, reason, **more))

    def expect(self, what, seconds=20):
        """The next request of this method, or response of this status."""
        def fits(m):
            return m.status == what if isinstance(what, int) \
                else m.method == what

        got = self.inbox.take(fits, seconds)
        assert got is not None, \
            f"{what} did not come; others: {self.inbox.items}"
        return got

    def expect_final(self, call_id, seconds=20):
        got = self.inbox.take(
            lambda m: m.status >= 200 and m.get("call-id") == call_id,
            seconds)
        assert got is not None, \
            f"no final response; others: {self.inbox.items}"
        return got

    def silent(self, seconds=1.0):
        """True when nothing arrives for so long."""
        return self.inbox.take(lambda m: m.status != 100, seconds) is None

    def close(self):
        self.deaf()
        for c in self.connections:
            c.close()
