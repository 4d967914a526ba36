# SPDX-License-Identifier: BSD-2-Clause
"""Changing the configuration, and losing a worker, under live traffic."""
import os
import signal
import ssl
import time

import pytest

import sipmsg
from daemon import wait_for
from federation import EXTRA_PEER, Federation
from peer import client_context, plain_dial


class Line:
    """A bare blocking connection: hundreds of them need no thread each."""

    def __init__(self, fed, context):
        raw = plain_dial((fed.at["outside"], 5061), fed.at["edge"], 60)
        self.tls = context.wrap_socket(raw)

    def ping(self):
        self.tls.sendall(b"\r\n\r\n")
        return self.tls.recv(2) == b"\r\n"

    def close(self):
        self.tls.close()


@pytest.fixture
def lines(fed):
    context = client_context(fed.edge.cert, fed.edge.key, fed.edge.ca)
    found = []

    def more(n):
        found.extend(Line(fed, context) for _ in range(n))
        return found

    yield more
    for x in found:
        x.close()


def generation(d):
    return d.show("federation")["generation"]


@pytest.mark.limit(200)
def test_hundred_reloads_under_two_hundred_connections(fed, lines):
    d = fed.daemon
    every = lines(200)
    assert all(x.ping() for x in every)
    first = generation(d)
    for i in range(100):
        before = generation(d)
        d.process.send_signal(signal.SIGHUP)
        wait_for(f"reload {i}", lambda b=before: generation(d) > b, 20,
                 step=0.01)
        x = every[i * 2]
        x.tls.sendall(fed.request(fed.edge, "OPTIONS", hops=0))
        assert x.tls.recv(65536).startswith(b"SIP/2.0 200")
    d.settle()
    assert generation(d) >= first + 100
    for x in every:
        assert x.ping(), "a connection was reset"
    assert d.peer("contoso")["connections_in"] == 200


def flow(fed, seconds=20):
    """One message across; a lost connection is opened again."""
    end = time.monotonic() + seconds
    while True:
        try:
            sent = fed.edge.send(fed.request(fed.edge, "MESSAGE"))
        except OSError:
            assert time.monotonic() < end
            continue
        got = fed.cup.inbox.take(
            lambda m: m.get("call-id") == sent.get("call-id"), 1)
        if got:
            fed.cup.reply(got, 200)
            fed.edge.expect_final(sent.get("call-id"))
            return
        assert time.monotonic() < end, "nothing comes across"


@pytest.mark.normal
def test_killed_worker_is_replaced(fed, lines):
    d = fed.daemon
    every = lines(40)
    flow(fed)
    pids = d.worker_pids()
    victim = pids[0]
    begin = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    wait_for("a new worker", lambda: len(d.worker_pids()) == 2 and
             victim not in d.worker_pids(), 10, step=0.02)
    took = time.monotonic() - begin
    assert took < 1.0 or "-san" in os.environ.get("SIPFED_BUILD", "") \
        and took < 3.0, f"{took:.2f} s"
    assert pids[1] in d.worker_pids(), "the other worker died as well"
    alive = 0
    for x in every:
        try:
            alive += x.ping()
        except (OSError, ssl.SSLError):
            pass
    # The kernel spread them over both listeners.
    assert 0 < alive < 40
    d.settle()
    d.wait_log(r"%SIPFED-3-199006:")
    for _ in range(10):
        flow(fed)
        fed.edge.out.close()


def test_both_workers_killed_in_turn(fed):
    d = fed.daemon
    for _ in range(4):
        for pid in d.worker_pids():
            os.kill(pid, signal.SIGKILL)
        wait_for("new workers", lambda: len(d.worker_pids()) == 2, 10)
        d.settle()
        flow(fed)


def test_live_change_from_the_shell(fed):
    """A new peer works at once, nothing else notices."""
    d = fed.daemon
    flow(fed)
    kept = fed.edge.out
    d.configure("no peer fabrikam\n")
    third = fed.fabrikam()
    with pytest.raises((OSError, AssertionError)):
        third.dial()
        third.send(fed.request(fed.edge, "MESSAGE",
                               sender="sip:x@fabrikam.com"))
        third.expect(200, 2)
    third.close()
    d.configure(EXTRA_PEER.format(**fed.at))
    third = fed.fabrikam()
    third.send(fed.request(fed.edge, "MESSAGE",
                           sender="sip:x@fabrikam.com"))
    fed.cup.reply(fed.cup.expect("MESSAGE"), 200)
    third.expect(200)
    third.close()
    flow(fed)
    assert fed.edge.out is kept


@pytest.mark.parametrize("change", [
    "no peer contoso\n", "peer contoso\n shutdown\n"],
    ids=["removed", "shutdown"])
def test_removing_a_peer_closes_its_connections(fed, change):
    flow(fed)
    conn = fed.edge.out
    fed.daemon.configure(change)
    assert conn.closed.wait(10), "still open"
    assert any(not c.closed.is_set() for c in fed.cup.connections)


@pytest.mark.parametrize("change", [
    "peer contoso\n no fqdn sip.contoso.com\n fqdn sip.other.com\n",
    "peer contoso\n no validate trust-point edge_ca\n"
    " validate trust-point cert_from_cup\n"], ids=["name", "anchor"])
def test_changed_rules_close_what_no_longer_fits(fed, change):
    flow(fed)
    conn = fed.edge.out
    fed.daemon.configure(change)
    assert conn.closed.wait(10), "still open"
    assert not fed.daemon.verdicts("contoso")[0]["ok"]


def test_unrelated_change_closes_nothing(fed):
    flow(fed)
    conn = fed.edge.out
    fed.daemon.configure("hostname other\npeer contoso\n eku role\n")
    flow(fed)
    assert fed.edge.out is conn


@pytest.mark.normal
def test_broken_reload_keeps_the_old(fed):
    d = fed.daemon
    flow(fed)
    with open(d.config, encoding="utf-8") as f:
        good = f.read()
    before = d.shell(commands=["show running-config"]).out
    begin = len(d.log())
    d.put_config(good + "peer contoso\n validate trust-point nosuch\n")
    d.process.send_signal(signal.SIGHUP)
    d.wait_log(r"%SIPFED-3-199004:", 20, begin)
    assert d.shell(commands=["show running-config"]).out == before
    conn = fed.edge.out
    flow(fed)
    assert fed.edge.out is conn
    d.put_config(good)
    number = generation(d)
    d.process.send_signal(signal.SIGHUP)
    wait_for("the good file", lambda: generation(d) > number)


def test_broken_change_in_the_shell_keeps_the_old(fed):
    d = fed.daemon
    done = d.configure("peer contoso\n validate trust-point nosuch\n",
                       ok=False)
    assert done.status != 0
    assert "nosuch" in done.out + done.err
    flow(fed)


def test_restart_keeps_dialogs(fed):
    """The token key is kept: a Route of before the restart still leads."""
    sent = fed.edge.send(fed.request(fed.edge, "SUBSCRIBE",
                                     extra=["Event: presence"]))
    got = fed.cup.expect("SUBSCRIBE")
    fed.cup.reply(got, 200, tag="x", extra=[
        f"Contact: <sip:u@{fed.cup.via};transport=tls>"])
    ok = fed.edge.expect(200)
    dialog = sipmsg.Dialog.caller(sent, ok, fed.edge.via)
    assert fed.daemon.stop() == 0
    fed.daemon.start()
    fed.daemon.settle()
    fed.edge.out.closed.wait(10)
    fed.edge.send(dialog.request("SUBSCRIBE", extra=["Event: presence"]))
    again = fed.cup.expect("SUBSCRIBE")
    assert again.get("call-id") == got.get("call-id")
    fed.cup.reply(again, 200)
    fed.edge.expect(200)


def test_dialog_across_workers(farm, net, tmp_path):
    """Any worker routes any in-dialog request: the token says how."""
    f = Federation(farm, net, tmp_path, workers=3)
    try:
        for _ in range(12):
            f.edge.dial()  # the kernel picks a worker
            sent = f.edge.send(f.request(f.edge, "SUBSCRIBE",
                                         extra=["Event: presence"]))
            got = f.cup.expect("SUBSCRIBE")
            f.cup.reply(got, 200, tag="x", extra=[
                f"Contact: <sip:u@{f.cup.via};transport=tls>"])
            ok = f.edge.expect(200)
            theirs = sipmsg.Dialog.callee(got, "x", f.cup.via)
            f.cup.dial()
            f.cup.send(theirs.request("NOTIFY", extra=["Event: presence"]))
            notify = f.edge.expect("NOTIFY")
            f.edge.reply(notify, 200)
            f.cup.expect(200)
            assert sipmsg.tag_of(ok.get("to")) == "x"
    finally:
        f.close()
