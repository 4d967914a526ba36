# SPDX-License-Identifier: BSD-2-Clause
"""SIP messages as bytes: made here, read here, without any SIP library."""
import itertools
import os
import re

_count = itertools.count(1)


def unique():
    return f"{os.getpid():x}{next(_count):x}{os.urandom(3).hex()}"


class Message:
    """One message as it came: raw bytes, and its lines by name."""

    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        unfolded = re.sub(rb"\r\n[ \t]+", b" ", head)
        self.start, *rest = unfolded.decode("utf-8", "replace").split("\r\n")
        self.lines = []
        for line in rest:
            name, _, value = line.partition(":")
            self.lines.append((name.strip().lower(), value.strip()))

    @property
    def status(self):
        return int(self.start.split(" ")[1]) \
            if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self):
        return "" if self.status else self.start.split(" ")[0]

    @property
    def uri(self):
        return self.start.split(" ")[1]

    def all(self, name):
        return [v for n, v in self.lines if n == name.lower()]

    def get(self, name):
        return next(iter(self.all(name)), "")

    def __repr__(self):
        return f"<{self.start}>"


def split(buffer):
    """Messages, pings and pongs at the front of a stream: (items, rest)."""
    items = []
    while True:
        while buffer.startswith(b"\r\n"):
            items.append(b"\r\n")
            buffer = buffer[2:]
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return items, buffer
        m = re.search(rb"(?im)^(?:content-length|l)[ \t]*:[ \t]*(\d+)",
                      buffer[:end])
        whole = end + 4 + (int(m.group(1)) if m else 0)
        if len(buffer) < whole:
            return items, buffer
        items.append(Message(buffer[:whole]))
        buffer = buffer[whole:]


def _head(start, lines):
    return "\r\n".join([start] + lines) + "\r\n\r\n"


def request(method, uri, sender, to, *, via, call_id=None, cseq=1, tag=None,
            to_tag=None, hops=70, extra=(), body=b"", contact=None,
            branch=None, length=None, cseq_method=None, transport="TLS"):
    body = body.encode() if isinstance(body, str) else body
    lines = [
        f"Via: SIP/2.0/{transport} {via};"
        f"branch={branch or 'z9hG4bK' + unique()}",
        *([f"Max-Forwards: {hops}"] if hops is not None else []),
        f"From: <{sender}>;tag={tag or unique()}",
        f"To: <{to}>" + (f";tag={to_tag}" if to_tag else ""),
        f"Call-ID: {call_id or unique()}",
        f"CSeq: {cseq} {cseq_method or method}",
        f"Contact: <{contact or sender}>",
        *extra]
    if length != "absent":
        lines.append(f"Content-Length: "
                     f"{len(body) if length is None else length}")
    return _head(f"{method} {uri} SIP/2.0", lines).encode() + body


def response(req, status, reason="OK", *, extra=(), body=b"", tag=None):
    """An answer by the rules of RFC 3261 8.2.6, Record-Route copied."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"Via: {v}" for v in req.all("via")]
    lines += [f"Record-Route: {v}" for v in req.all("record-route")]
    to = req.get("to")
    if tag and ";tag=" not in to:
        to += f";tag={tag}"
    lines += [f"From: {req.get('from')}", f"To: {to}",
              f"Call-ID: {req.get('call-id')}", f"CSeq: {req.get('cseq')}",
              *extra, f"Content-Length: {len(body)}"]
    return _head(f"SIP/2.0 {status} {reason}", lines).encode() + body


def uri_of(value):
    """sip:... of a name-addr."""
    m = re.search(r"<([^>]*)>", value)
    return m.group(1) if m else value.split(";")[0].strip()


def tag_of(value):
    m = re.search(r";tag=([^;]*)", value)
    return m.group(1) if m else None


class Dialog:
    """What one side needs to send within a dialog."""

    def __init__(self, local, remote, call_id, target, route, local_tag,
                 remote_tag, cseq, via):
        self.local, self.remote, self.call_id = local, remote, call_id
        self.target, self.route = target, route
        self.local_tag, self.remote_tag = local_tag, remote_tag
        self.cseq, self.via = cseq, via

    @classmethod
    def caller(cls, sent, answer, via):
        sent = Message(sent) if isinstance(sent, bytes) else sent
        return cls(uri_of(sent.get("from")), uri_of(sent.get("to")),
                   sent.get("call-id"),
                   uri_of(answer.get("contact")) or sent.uri,
                   list(reversed(answer.all("record-route"))),
                   tag_of(sent.get("from")), tag_of(answer.get("to")),
                   int(sent.get("cseq").split()[0]), via)

    @classmethod
    def callee(cls, got, tag, via):
        return cls(uri_of(got.get("to")), uri_of(got.get("from")),
                   got.get("call-id"), uri_of(got.get("contact")),
                   got.all("record-route"), tag,
                   tag_of(got.get("from")), 100, via)

    def request(self, method, *, extra=(), body=b"", ack=False, **more):
        if not ack:
            self.cseq += 1
        routes = [f"Route: {r}" for r in self.route]
        return request(
            method, self.target, self.local, self.remote, via=self.via,
            call_id=self.call_id, cseq=self.cseq, tag=self.local_tag,
            to_tag=self.remote_tag, extra=[*routes, *extra], body=body,
            **more)
