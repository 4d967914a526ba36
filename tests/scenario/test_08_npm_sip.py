# SPDX-License-Identifier: BSD-2-Clause
"""npm's `sip`, a third SIP stack, as the Edge over mutual TLS."""
import json
import os
import queue
import shutil
import subprocess
import threading
import time

import pytest

from daemon import HERE
from sipmsg import Dialog

MODULE = os.path.join(HERE, "node_modules", "sip")
pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and os.path.isdir(MODULE)),
    reason="no node or no npm sip: run scripts/check, or npm install here")


class Npm:
    def __init__(self, fed):
        cert, key = fed.files["edge"]
        self.process = subprocess.Popen(
            ["node", os.path.join(HERE, "npm_peer.js"), json.dumps({
                "address": fed.at["edge"], "port": 5061,
                "proxy": fed.at["outside"], "cert": cert, "key": key,
                "ca": fed.files["ca"][0], "me": "sip:kim@contoso.com",
                "other": "sip:bob@example.com"})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=HERE)
        self.events, self.seen = queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()
        self.wait("ready")

    def _read(self):
        for line in self.process.stdout:
            try:
                self.events.put(json.loads(line))
            except ValueError:
                self.events.put({"event": "text", "text": line})

    def wait(self, event, seconds=20, **more):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                e = self.events.get(timeout=0.2)
            except queue.Empty:
                continue
            self.seen.append(e)
            if e["event"] == event and all(
                    e.get(k) == v for k, v in more.items()):
                return e
        raise AssertionError(f"{event} {more} did not come: {self.seen}")

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def close(self):
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def npm(fed):
    fed.edge.deaf()
    n = Npm(fed)
    yield n
    n.close()


def test_toward_npm(fed, npm):
    """SUBSCRIBE, its NOTIFY back, and an INVITE session."""
    sent = fed.cup.send(fed.request(fed.cup, "SUBSCRIBE", extra=[
        "Event: presence", "Expires: 3600"]))
    ok = fed.cup.expect_final(sent.get("call-id"))
    assert ok.status == 200
    notify = fed.cup.expect("NOTIFY")
    assert notify.body == b"<presence/>"
    fed.cup.reply(notify, 200)
    npm.wait("notified", status=200)
    sent = fed.cup.send(fed.request(fed.cup, "INVITE"))
    ok = fed.cup.expect_final(sent.get("call-id"))
    assert ok.status == 200
    dialog = Dialog.caller(sent, ok, fed.cup.via)
    fed.cup.send(dialog.request("ACK", ack=True))
    for method in ("MESSAGE", "BYE"):
        m = fed.cup.send(dialog.request(method, body="hi"))
        assert fed.cup.expect_final(m.get("call-id")).status == 200
        npm.wait("request", method=method, content="hi")


def test_from_npm(fed, npm):
    npm.go()
    m = fed.cup.expect("MESSAGE")
    assert m.body == b"from npm"
    fed.cup.reply(m, 200)
    npm.wait("answer", method="MESSAGE", status=200)
    invite = fed.cup.expect("INVITE")
    fed.cup.reply(invite, 200, tag="b", extra=[
        f"Contact: <sip:bob@{fed.cup.via};transport=tls>"])
    fed.cup.expect("ACK")
    fed.cup.reply(fed.cup.expect("BYE"), 200)
    npm.wait("answer", method="BYE", status=200)
