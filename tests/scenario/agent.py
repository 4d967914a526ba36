# SPDX-License-Identifier: BSD-2-Clause
"""A user agent over UDP, for a SIP proxy that needs users behind it.

It answers presence and IM by itself and can begin both; what went wrong is
collected in `faults`.
"""
import socket
import threading

import sipmsg
from peer import Inbox
from sipmsg import Dialog, tag_of

PIDF = ('<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="{who}">'
        '<tuple id="0"><status><basic>{state}</basic></status></tuple>'
        '</presence>\r\n')
SDP = ("v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\n"
       "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=message 5060 sip null\r\n"
       "a=accept-types:text/plain \r\n")
XML = '<?xml version="1.0"?><KeyboardActivity><status status="type" />' \
      "</KeyboardActivity>"


class Agent:
    def __init__(self, address, proxy, who, other):
        self.who, self.other, self.proxy = who, other, proxy
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, 0))
        self.sock.settimeout(0.1)
        self.via = "%s:%d" % self.sock.getsockname()
        self.inbox, self.faults, self.done = Inbox(), [], []
        self.dialogs, self.seen = {}, set()
        self.running = True
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def contact(self):
        return f"Contact: <sip:ua@{self.via}>"

    def close(self):
        self.running = False
        self.thread.join(2)
        self.sock.close()

    def send(self, data):
        self.sock.sendto(data, self.proxy)
        return sipmsg.Message(data)

    def _run(self):
        while self.running:
            try:
                data, source = self.sock.recvfrom(1 << 16)
            except socket.timeout:
                continue
            except OSError:
                return
            if not data.strip(b"\0\r\n"):
                continue
            m = sipmsg.Message(data)
            m.source = source
            if m.status or m.method == "ACK":
                self.inbox.put(m)
                continue
            key = (m.get("call-id"), m.get("cseq"))
            if key in self.seen:
                continue  # UDP sends again
            self.seen.add(key)
            try:
                self._answer(m)
            except Exception as e:  # kept for the test to see
                self.faults.append(f"{m!r}: {e!r}")
            self.inbox.put(m)

    def _reply(self, m, status, reason="OK", **more):
        self.sock.sendto(
            sipmsg.response(m, status, reason, tag="agent", **more),
            m.source)

    def ask(self, dialog, method, **more):
        self.send(dialog.request(method, transport="UDP", contact="sip:ua@" +
                                 self.via, **more))

    def _notify(self, dialog, state, basic):
        self.ask(dialog, "NOTIFY", body=PIDF.format(
            who=self.who, state=basic), extra=[
            "Event: presence", "Subscription-State: " + state,
            "Content-Type: application/pidf+xml"])

    def _answer(self, m):
        known = self.dialogs.get(m.get("call-id"))
        if m.method == "SUBSCRIBE":
            dialog = known or self._remember(m)
            left = m.get("expires") or "3600"
            self._reply(m, 200, extra=["Expires: " + left, self.contact])
            if left == "0":
                self._notify(dialog, "terminated;reason=timeout", "closed")
                self.done.append("presence")
            else:
                self._notify(dialog, "active;expires=" + left, "open")
                if known is None:
                    self._notify(dialog, "active;expires=" + left, "closed")
        elif m.method == "INVITE":
            self._remember(m)
            self._reply(m, 180, "Ringing", extra=[self.contact])
            self._reply(m, 200, body=SDP, extra=[
                "Content-Type: application/sdp", self.contact])
        elif m.method == "MESSAGE" and known:
            self._reply(m, 200)
            if known.via and not getattr(known, "began", False):
                self.ask(known, "MESSAGE", body="and back\r\n", extra=[
                    "Content-Type: text/plain"])
        elif m.method in ("NOTIFY", "BYE", "INFO") and known is None:
            self._reply(m, 481, "No Such Dialog")
        else:
            self._reply(m, 200)
            if m.method == "BYE":
                self.done.append("im")

    def _remember(self, m):
        d = Dialog.callee(m, "agent", self.via)
        self.dialogs[m.get("call-id")] = d
        return d

    # what it begins

    def expect(self, what, call_id=None, seconds=15):
        def fits(m):
            if call_id and m.get("call-id") != call_id:
                return False
            return m.status == what if isinstance(what, int) \
                else m.method == what

        got = self.inbox.take(fits, seconds)
        assert got, f"{what} did not come: {self.inbox.items} {self.faults}"
        return got

    def begin(self, method, **more):
        sent = self.send(sipmsg.request(
            method, self.other, self.who, self.other, via=self.via,
            contact="sip:ua@" + self.via, transport="UDP", **more))
        dialog = Dialog(self.who, self.other, sent.get("call-id"),
                        self.other, [], tag_of(sent.get("from")), None, 1,
                        self.via)
        dialog.began = True
        self.dialogs[sent.get("call-id")] = dialog
        return sent, dialog

    def learn(self, dialog, sent, answer):
        full = Dialog.caller(sent, answer, self.via)
        full.began = True
        self.dialogs[sent.get("call-id")] = full
        return full

    def watch(self):
        """A whole subscription, to its end."""
        more = ["Event: presence", "Accept: application/pidf+xml"]
        sent, dialog = self.begin("SUBSCRIBE", extra=[*more,
                                                      "Expires: 7200"])
        cid = sent.get("call-id")
        dialog = self.learn(dialog, sent, self.expect(200, cid))
        for _ in range(2):
            assert b"<basic>" in self.expect("NOTIFY", cid).body
        self.ask(dialog, "SUBSCRIBE", extra=[*more, "Expires: 7200"])
        self.expect(200, cid)
        self.expect("NOTIFY", cid)
        self.ask(dialog, "SUBSCRIBE", extra=[*more, "Expires: 0"])
        self.expect(200, cid)
        last = self.expect("NOTIFY", cid)
        assert last.get("subscription-state").startswith("terminated")

    def talk(self):
        """A whole IM session, with a message each way."""
        sent, dialog = self.begin("INVITE", body=SDP, extra=[
            "Content-Type: application/sdp"])
        cid = sent.get("call-id")
        dialog = self.learn(dialog, sent, self.expect(200, cid))
        self.ask(dialog, "ACK", ack=True)
        self.ask(dialog, "INFO", body=XML, extra=[
            "Content-Type: application/xml"])
        self.expect(200, cid)
        self.ask(dialog, "MESSAGE", body="hello\r\n", extra=[
            "Content-Type: text/plain"])
        assert self.expect("MESSAGE", cid).body
        self.expect(200, cid)
        self.ask(dialog, "BYE")
        self.expect(200, cid)
