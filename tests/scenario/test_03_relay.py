# SPDX-License-Identifier: BSD-2-Clause
"""SIP through sipfedd, both ways, between two endpoints that keep bytes."""
import re
import time

import pytest

import sipmsg
from daemon import wait_for
from sipmsg import Dialog, Message

PIDF = ('<presence xmlns="urn:ietf:params:xml:ns:pidf" '
        'entity="sip:kim@contoso.com"><tuple id="0"><status><basic>open'
        '</basic></status></tuple></presence>')
SDP = ("v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\n"
       "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=message 5060 sip null\r\n"
       "a=accept-types:text/plain multipart/alternative text/rtf \r\n")


@pytest.fixture
def sides(shared_fed):
    """(name, caller, callee) by direction; both inboxes empty."""
    for e in (shared_fed.cup, shared_fed.edge):
        e.inbox.items.clear()
    return {"inside-to-outside": (shared_fed.cup, shared_fed.edge),
            "outside-to-inside": (shared_fed.edge, shared_fed.cup)}


DIRECTIONS = pytest.mark.parametrize(
    "direction", ["inside-to-outside", "outside-to-inside"])


def contact_of(endpoint):
    return f"Contact: <sip:user@{endpoint.via};transport=tls>"


# flows


@pytest.mark.normal
@DIRECTIONS
def test_presence(shared_fed, sides, direction):
    watcher, source = sides[direction]
    sent = watcher.send(shared_fed.request(
        watcher, "SUBSCRIBE", extra=[
            "Event: presence", "Accept: application/pidf+xml",
            "Expires: 7200"]))
    got = source.expect("SUBSCRIBE")
    assert got.get("max-forwards") == "69"
    assert len(got.all("record-route")) == 2
    source.reply(got, 200, tag="src", extra=["Expires: 7200",
                                             contact_of(source)])
    ok = watcher.expect(200)
    assert ok.all("via") == sent.all("via")
    theirs = Dialog.callee(got, "src", source.via)
    for state in ("active;expires=7199", "active;expires=7000"):
        source.send(theirs.request("NOTIFY", extra=[
            "Event: presence", f"Subscription-State: {state}",
            "Content-Type: application/pidf+xml"], body=PIDF))
        notify = watcher.expect("NOTIFY")
        assert notify.body == PIDF.encode()
        assert not notify.all("route")
        watcher.reply(notify, 200)
        source.expect(200)
    ours = Dialog.caller(sent, ok, watcher.via)
    watcher.send(ours.request("SUBSCRIBE", extra=["Event: presence",
                                                  "Expires: 0"]))
    end = source.expect("SUBSCRIBE")
    assert end.get("expires") == "0"
    source.reply(end, 200, extra=["Expires: 0"])
    watcher.expect(200)


@pytest.mark.normal
@DIRECTIONS
def test_im_session(shared_fed, sides, direction):
    caller, callee = sides[direction]
    sent = caller.send(shared_fed.request(
        caller, "INVITE", body=SDP, extra=[
            "Content-Type: application/sdp", "Ms-Conversation-ID: x=",
            "ms-text-format: text/plain; charset=UTF-8; ms-body=SGk="]))
    got = callee.expect("INVITE")
    assert got.body == SDP.encode()
    callee.reply(got, 180, "Ringing", tag="b")
    caller.expect(180)
    callee.reply(got, 200, tag="b", body=SDP, extra=[
        "Content-Type: application/sdp", contact_of(callee)])
    ok = caller.expect(200)
    near = Dialog.caller(sent, ok, caller.via)
    far = Dialog.callee(got, "b", callee.via)
    caller.send(near.request("ACK", ack=True))
    ack = callee.expect("ACK")
    assert ack.get("cseq") == "1 ACK" and not ack.all("record-route")
    for dialog, here, there, text in (
            (near, caller, callee, "hello"), (far, callee, caller, "grüß")):
        here.send(dialog.request("INFO", body="<KeyboardActivity/>", extra=[
            "Content-Type: application/xml"]))
        there.reply(there.expect("INFO"), 200)
        here.expect(200)
        here.send(dialog.request("MESSAGE", body=text, extra=[
            "Content-Type: text/plain; charset=UTF-8"]))
        m = there.expect("MESSAGE")
        assert m.body == text.encode()
        there.reply(m, 200)
        here.expect(200)
    callee.send(far.request("BYE"))
    caller.reply(caller.expect("BYE"), 200)
    callee.expect(200)


@DIRECTIONS
def test_cancel(shared_fed, sides, direction):
    caller, callee = sides[direction]
    raw = shared_fed.request(caller, "INVITE", branch="z9hG4bKcancel" +
                             sipmsg.unique())
    sent = caller.send(raw)
    got = callee.expect("INVITE")
    callee.reply(got, 180, "Ringing", tag="b")
    caller.expect(180)
    head = raw.split(b"\r\n\r\n")[0].decode()
    cancel = re.sub(r"(?m)^(INVITE)( sip)", r"CANCEL\2", head)
    cancel = cancel.replace("CSeq: 1 INVITE", "CSeq: 1 CANCEL")
    caller.send((cancel + "\r\n\r\n").encode())
    assert caller.expect(200).get("cseq") == "1 CANCEL"
    stop = callee.expect("CANCEL")
    # On the very branch of the INVITE, or it cancels nothing.
    assert stop.get("via") == got.get("via")
    callee.reply(stop, 200)
    callee.reply(got, 487, "Request Terminated", tag="b")
    assert callee.expect("ACK").get("via") == got.get("via")
    final = caller.expect(487)
    assert final.get("call-id") == sent.get("call-id")


@DIRECTIONS
def test_refused_call(shared_fed, sides, direction):
    caller, callee = sides[direction]
    sent = caller.send(shared_fed.request(caller, "INVITE"))
    got = callee.expect("INVITE")
    callee.reply(got, 486, "Busy Here", tag="b",
                 extra=['ms-diagnostics-public: 15;reason="busy"'])
    callee.expect("ACK")
    busy = caller.expect(486)
    assert busy.get("ms-diagnostics-public") == '15;reason="busy"'
    assert caller.expect(100).get("call-id") == sent.get("call-id")


def test_unknown_method_is_relayed(shared_fed, sides):
    cup, edge = sides["inside-to-outside"]
    edge.send(shared_fed.request(edge, "FROBNICATE"))
    got = cup.expect("FROBNICATE")
    cup.reply(got, 299, "Odd")
    edge.expect(299)


# bytes

LYNC_HEAD = """\
SUBSCRIBE sip:bob@example.com SIP/2.0
Via: SIP/2.0/TLS {via};branch=z9hG4bK0D6A9383.{u};branched=FALSE;\
ms-internal-info="ab-_x9"
Max-Forwards: 67
Content-Length: {length}
Via: SIP/2.0/TLS 10.55.55.33:47696;branch=z9hG4bKC45BE092.1A435385;\
branched=FALSE;ms-received-port=47696;ms-received-cid=200
Via: SIP/2.0/tls 10.55.55.22:4317;ms-received-port=4317;\
ms-received-cid=67F00
Record-Route: <sip:sip.contoso.com:5061;transport=tls;lr;epid=edge;\
ms-route-sig=aaBB_-1>;tag=44AA
From: "Kim, Akers"<sip:kim@contoso.com>;tag=dfac414f0f;epid=ce4ccd49ad
To: <sip:bob@example.com>;epid=01
CALL-ID: {u}
CSEQ:   1   SUBSCRIBE
Contact: <sip:kim@contoso.com;opaque=user:epid:XHiWcZA4TlaDkwMgksvyrQAA;\
gruu>;text;audio;video
P-Asserted-Identity: "Lunch, Kim" <sip:kim@contoso.com>,<tel:+7;ext=1>
User-Agent: UCCAPI/15.0.4971.1000 OC/15.0.4971.1000 (Microsoft Lync)
Event: presence
Accept: application/msrtc-event-categories+xml, application/xpidf+xml,\
 text/xml+msrtc.pidf, application/pidf+xml,
 application/rlmi+xml, multipart/related
Supported: com.microsoft.autoextend
Supported: ms-piggyback-first-notify
supported:ms-sender
Subject: Gr\u00fc\u00dfe \u4f60
ms-text-format: text/plain; charset=UTF-8; ms-body={long}
ms-asserted-verification-level: ms-source-verified-user=verified
x-EMPTY:
Authentication-Info: NTLM qop="auth", opaque="1", srand="2", realm="r"
Expires: 7200
Content-Type   : text/plain

"""


def lync(via, body):
    text = LYNC_HEAD.format(via=via, u=sipmsg.unique(), length=len(body),
                            long="QUJD" * 600)
    return text.replace("\n", "\r\n").encode() + body


def logical(raw):
    """Header lines of a message with their folding, and the rest."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    return lines[0], lines[1:], body


def kind(line):
    return line.split(b":")[0].strip().lower()


MAY_DIFFER = (b"via", b"record-route", b"route", b"max-forwards")


def same_but_for_routing(before, after):
    start, lines, body = logical(before)
    start2, lines2, body2 = logical(after)
    assert start2 == start and body2 == body
    assert [x for x in lines2 if kind(x) not in MAY_DIFFER] == \
        [x for x in lines if kind(x) not in MAY_DIFFER]
    for name in (b"via", b"record-route"):  # ours go on top, theirs stay
        mine = [x for x in lines if kind(x) == name]
        theirs = [x for x in lines2 if kind(x) == name]
        assert not mine or theirs[-len(mine):] == mine
    # With our additions taken out again, not one byte was moved.
    rest = list(lines2)
    for name, n in ((b"via", 1), (b"record-route", 2)):
        for _ in range(n):
            rest.remove(next(x for x in rest if kind(x) == name))
    hops = [int(x.split(b":")[1]) for x in lines if kind(x) == b"max-forwards"]
    for i, x in enumerate(rest):
        if kind(x) == b"max-forwards":
            assert int(x.split(b":")[1]) == hops[0] - 1
            rest[i] = b"Max-Forwards: %d" % hops[0]
    assert rest == lines


@pytest.mark.normal
def test_lync_request_is_kept_byte_for_byte(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    raw = lync(edge.via, b"body \x00\xff with \r\n\r\n inside ")
    edge.send(raw)
    got = cup.expect("SUBSCRIBE")
    same_but_for_routing(raw, got.raw)
    via = got.all("via")
    assert len(via) == 4 and via[0].startswith("SIP/2.0/TLS ")
    assert ";lr;" in got.all("record-route")[0] + ";"
    assert "transport=tls" in got.all("record-route")[0]
    cup.reply(got, 200, tag="x")
    edge.expect(200)


@pytest.mark.normal
def test_response_is_kept_byte_for_byte(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    raw = lync(edge.via, b"")
    edge.send(raw)
    got = cup.expect("SUBSCRIBE")
    body = PIDF.encode()
    _, lines, _ = logical(got.raw)
    keep = [x for x in lines if kind(x) in (
        b"via", b"record-route", b"from", b"call-id", b"cseq")]
    answer = [b"SIP/2.0 200 Everything  is fine", *keep,
              b"t: <sip:bob@example.com>;epid=01;tag=AA",
              b"ms-diagnostics: 1;reason=\"x\";source=\"y\"",
              b"WWW-Authenticate: TLS-DSK realm=\"r\", sts-uri=\"https\"",
              b"Contact: sip:server.example.com;transport=tls",
              b"Accept: a/b,\r\n\tc/d", b"SUPPORTED: one",
              b"Content-Length:   %d" % len(body), b"x: y "]
    before = b"\r\n".join(answer) + b"\r\n\r\n" + body
    got.connection.send(before)
    after = edge.expect(200).raw
    start, lines, body1 = logical(before)
    start2, lines2, body2 = logical(after)
    assert (start2, body2) == (start, body1)
    ours = next(x for x in lines if kind(x) == b"via")
    lines.remove(ours)
    assert lines2 == lines


def test_response_keeps_the_callers_vias(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    raw = lync(edge.via, b"")
    edge.send(raw)
    got = cup.expect("SUBSCRIBE")
    cup.reply(got, 200, tag="x")
    assert edge.expect(200).all("via") == Message(raw).all("via")


def test_missing_content_length_is_added(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    edge.send(shared_fed.request(edge, "MESSAGE", length="absent"))
    got = cup.expect("MESSAGE")
    assert got.all("content-length") == ["0"]
    cup.reply(got, 200)
    edge.expect(200)


def test_missing_max_forwards_is_added(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    edge.send(shared_fed.request(edge, "MESSAGE", hops=None))
    got = cup.expect("MESSAGE")
    assert got.all("max-forwards") == ["70"]
    cup.reply(got, 200)
    edge.expect(200)


# our own answers


def refused(shared, here, status, method="MESSAGE", **more):
    """Send; want this status, and nothing at either callee."""
    others = [e for e in (shared.cup, shared.edge) if e is not here]
    raw = shared.request(here, method, **more)
    here.send(raw)
    got = here.expect(status)
    sent = Message(raw)
    for name in ("via", "call-id", "cseq", "from"):
        assert got.all(name) == sent.all(name)
    for e in others:
        assert e.inbox.take(lambda m: m.method == method, 0.3) is None
    return got


def test_negotiate_is_answered_by_the_proxy(shared_fed, sides):
    edge, _ = sides["outside-to-inside"]
    got = refused(shared_fed, edge, 405, "NEGOTIATE",
                  uri=f"sip:{shared_fed.at['outside']}:5061",
                  extra=["Compression: LZ77-8K"])
    assert 400 <= got.status < 500
    edge.send(shared_fed.request(edge, "MESSAGE"))  # the link lives on
    shared_fed.cup.reply(shared_fed.cup.expect("MESSAGE"), 200)
    edge.expect(200)


def test_benotify_gets_no_answer(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    before = shared_fed.daemon.show("federation")["workers"]
    for _ in range(50):
        edge.send(shared_fed.request(edge, "BENOTIFY", extra=[
            "Event: presence", "Subscription-State: active"]))
    for _ in range(50):
        got = cup.expect("BENOTIFY")
    cup.reply(got, 200)  # a stray answer is swallowed
    assert edge.silent(1.0)
    after = shared_fed.daemon.show("federation")["workers"]
    if "transactions" in after[0]:
        assert sum(w["transactions"] for w in after) <= \
            sum(w["transactions"] for w in before)


def test_max_forwards_used_up(shared_fed, sides):
    edge, _ = sides["outside-to-inside"]
    refused(shared_fed, edge, 483, hops=0)


def test_options_with_no_hops_left_is_answered(shared_fed, sides):
    edge, _ = sides["outside-to-inside"]
    refused(shared_fed, edge, 200, "OPTIONS", hops=0)


@pytest.mark.parametrize("sender", [
    "sip:kim@fabrikam.com", "sip:kim@sub.contoso.com", "sip:bob@example.com",
    "sip:kim@contoso.com.evil.example", "tel:+123",
    "sip:anonymous@anonymous.invalid"])
def test_foreign_from_domain(shared_fed, sides, sender):
    edge, _ = sides["outside-to-inside"]
    refused(shared_fed, edge, 403, sender=sender)


def test_inside_speaks_for_its_own_domain_only(shared_fed, sides):
    cup, _ = sides["inside-to-outside"]
    refused(shared_fed, cup, 403, sender="sip:x@contoso.com")


@pytest.mark.parametrize("asserted", [
    "<sip:kim@fabrikam.com>",
    "<sip:kim@contoso.com>, <sip:boss@example.com>",
    '"a <sip:kim@contoso.com>" <sip:kim@fabrikam.com>', "<tel:+123>"])
def test_foreign_asserted_identity(shared_fed, sides, asserted):
    edge, _ = sides["outside-to-inside"]
    refused(shared_fed, edge, 403,
            extra=["P-Asserted-Identity: " + asserted])


def test_own_asserted_identity_passes(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    edge.send(shared_fed.request(edge, "MESSAGE", extra=[
        'P-Asserted-Identity: "Lunch, Kim" <sip:kim@contoso.com>,<tel:+1>']))
    cup.reply(cup.expect("MESSAGE"), 200)
    edge.expect(200)


@pytest.mark.parametrize("value", [
    '"a <sip:kim@contoso.com>" <sip:kim@fabrikam.com>',
    "<sip:kim@contoso.com@fabrikam.com>",
    "<sip:kim%40contoso.com@fabrikam.com>"])
def test_disguised_from(shared_fed, sides, value):
    edge, cup = sides["outside-to-inside"]
    raw = shared_fed.request(edge, "MESSAGE")
    raw = re.sub(rb"From: <[^>]*>", b"From: " + value.encode(), raw)
    edge.send(raw)
    got = edge.expect_final(Message(raw).get("call-id"))
    assert got.status in (400, 403)
    assert cup.inbox.take(lambda m: m.method == "MESSAGE", 0.3) is None


def test_no_transit_between_partners(shared_fed, sides):
    edge, _ = sides["outside-to-inside"]
    refused(shared_fed, edge, 403, to="sip:x@fabrikam.com")


def test_no_transit_inside(shared_fed, sides):
    cup, _ = sides["inside-to-outside"]
    refused(shared_fed, cup, 403, to="sip:alice@example.com")


def test_unknown_domain(shared_fed, sides):
    cup, _ = sides["inside-to-outside"]
    refused(shared_fed, cup, 404, to="sip:x@nowhere.example")


def test_forged_token(shared_fed, sides):
    """A Record-Route of ours with one character of its token changed."""
    edge, cup = sides["outside-to-inside"]
    edge.send(shared_fed.request(edge, "SUBSCRIBE",
                                 extra=["Event: presence"]))
    got = cup.expect("SUBSCRIBE")
    cup.reply(got, 200, tag="x")
    edge.expect(200)
    real = [r for r in got.all("record-route")][1]
    token = re.search(r"lr;([^=;>]+)=([^;>]+)", real)
    assert token, real
    value = token.group(2)
    for at in (0, len(value) // 2, len(value) - 3):
        swap = "A" if value[at] != "A" else "B"
        forged = real.replace(value, value[:at] + swap + value[at + 1:])
        refused(shared_fed, edge, 403, "NOTIFY", uri="sip:u@" + cup.via,
                extra=["Route: " + forged, "Event: presence"])
    # Untouched it leads in, whatever the Request-URI says.
    edge.send(shared_fed.request(
        edge, "NOTIFY", uri="sip:u@" + cup.via,
        extra=["Route: " + real, "Event: presence"]))
    cup.reply(cup.expect("NOTIFY"), 200)
    edge.expect(200)


def test_token_of_another_pair(shared_fed, sides):
    """What contoso was given does not let fabrikam in."""
    edge, cup = sides["outside-to-inside"]
    edge.send(shared_fed.request(edge, "SUBSCRIBE",
                                 extra=["Event: presence"]))
    got = cup.expect("SUBSCRIBE")
    cup.reply(got, 200, tag="x")
    edge.expect(200)
    third = shared_fed.fabrikam()
    try:
        for route in got.all("record-route"):
            refused(shared_fed, third, 403, "NOTIFY",
                    sender="sip:x@fabrikam.com", uri="sip:u@" + cup.via,
                    extra=["Route: " + route, "Event: presence"])
    finally:
        third.close()


def test_preloaded_route_into_the_inside(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    refused(shared_fed, edge, 403, uri="sip:x@elsewhere.example",
            extra=[f"Route: <sip:{cup.via};transport=tls;lr>"])
    refused(shared_fed, edge, 403, uri="sip:x@elsewhere.example",
            extra=["Route: <sip:cup1.example.com;lr>"])


@pytest.mark.parametrize("change,status", [
    ((b"SIP/2.0\r\n", b"SIP/3.0\r\n"), 505),
    ((b"MESSAGE sip:", b"MESSAGE nosuch:"), 416),
    ((b"CSeq: 1 MESSAGE", b"CSeq: 1 INVITE"), 400),
    ((b"CSeq: 1 MESSAGE\r\n", b""), 400),
    ((b"CSeq: 1 ", b"CSeq: 99999999999 "), 400),
    ((b"Max-Forwards: 70", b"Max-Forwards: 256x"), 400),
    ((b"Max-Forwards: 70\r\n",
      b"Max-Forwards: 70\r\nProxy-Require: nothingSupportsThis\r\n"), 420),
], ids=["version", "scheme", "cseq-method", "no-cseq", "cseq-number",
        "hops", "proxy-require"])
def test_malformed_requests_are_answered(shared_fed, sides, change, status):
    edge, cup = sides["outside-to-inside"]
    raw = shared_fed.request(edge, "MESSAGE").replace(*change, 1)
    edge.send(raw)
    got = edge.expect(status)
    assert got.get("call-id") == Message(raw).get("call-id")
    assert cup.inbox.take(lambda m: m.method == "MESSAGE", 0.2) is None


# the stream


@pytest.fixture
def line(shared_fed):
    """A connection of its own: these tests break it."""
    shared_fed.cup.inbox.items.clear()
    shared_fed.edge.inbox.items.clear()
    e = shared_fed.endpoint("edge", "ca", "outside")
    e.dial()
    yield e
    e.close()


def test_ping_gets_pong(line):
    line.out.send(b"\r\n\r\n")
    wait_for("a pong", lambda: line.out.pongs == 1, 5)
    line.out.send(b"\r\n")
    time.sleep(0.3)
    assert line.out.pongs == 1


@pytest.mark.parametrize("length", [
    "-1", "+0", "0x0", "4abc", "4294967296", "4294967300",
    "18446744073709551616", "99999999999", "1 0", "", "0,0",
    "0\r\nContent-Length: 0", "0\r\nl: 0"])
def test_content_length_forms_are_refused(shared_fed, line, length):
    line.out.send(shared_fed.request(shared_fed.edge, "MESSAGE",
                                     length=length))
    got = line.inbox.take(lambda m: m.status >= 400, 10)
    assert got is None or got.status in (400, 413)
    assert line.out.closed.wait(10), "the connection is still open"
    assert got is not None, "closed without an answer"
    assert shared_fed.cup.silent(0.2)


@pytest.mark.parametrize("piece", [
    b"X-A: 1\rX-B: 2\r\n", b"X-A: 1\nX-B: 2\r\n", b"To\x01: x\r\n",
    b"X-A: a\x00b\r\n"],
    ids=["bare-cr", "bare-lf", "control-in-name", "nul"])
def test_smuggled_lines_are_not_relayed(shared_fed, line, piece):
    raw = shared_fed.request(shared_fed.edge, "MESSAGE")
    begin = len(shared_fed.daemon.log())
    line.out.send(raw.replace(b"Max-Forwards", piece + b"Max-Forwards"))
    # Never silently: the log says why, an answer comes if one can.
    shared_fed.daemon.wait_log("%SIPFED-4-199007:.*contoso", 10, begin)
    got = line.inbox.take(lambda m: m.status >= 400, 0.5)
    assert got is None or got.status == 400
    assert shared_fed.cup.inbox.take(
        lambda m: m.method == "MESSAGE", 0.3) is None


@pytest.mark.limit(120)
def test_largest_body_passes_and_one_more_does_not(shared_fed, line):
    cup = shared_fed.cup
    body = bytes(range(256)) * 20000
    assert len(body) == 5120000
    line.out.send(shared_fed.request(shared_fed.edge, "MESSAGE", body=body))
    got = cup.expect("MESSAGE", 60)
    assert got.body == body
    cup.reply(got, 200)
    line.expect(200)
    line.out.send(shared_fed.request(
        shared_fed.edge, "MESSAGE", body=b"", length=5120001))
    assert line.expect(413)
    assert line.out.closed.wait(10)


def test_byte_by_byte(shared_fed, line):
    raw = b"\r\n" + lync(line.via, b"abc\r\n\r\nd")
    for i in range(len(raw)):
        line.out.send(raw[i:i + 1])
    got = shared_fed.cup.expect("SUBSCRIBE")
    same_but_for_routing(raw[2:], got.raw)
    shared_fed.cup.reply(got, 200, tag="x")
    line.expect(200)


def test_pipelined(shared_fed, line):
    raws = [shared_fed.request(shared_fed.edge, "MESSAGE",
                               body=f"message {i}") for i in range(200)]
    line.out.send(b"".join(raws))
    for i in range(200):
        got = shared_fed.cup.expect("MESSAGE")
        assert got.body == f"message {i}".encode()
        shared_fed.cup.reply(got, 200)
    for _ in range(200):
        line.expect(200)


def test_reset_at_many_offsets(shared_fed):
    """A connection that breaks anywhere hurts nobody else."""
    raw = shared_fed.request(shared_fed.edge, "INVITE", body=SDP)
    for n in range(0, len(raw), 37):
        e = shared_fed.endpoint("edge", "ca", "outside")
        e.dial().send(raw[:n] or b"\r")
        e.out.close(reset=True)
        e.close()
    shared_fed.cup.inbox.items.clear()
    shared_fed.edge.send(shared_fed.request(shared_fed.edge, "OPTIONS"))
    shared_fed.cup.reply(shared_fed.cup.expect("OPTIONS"), 200)
    shared_fed.edge.expect(200)


def test_not_sip(line, shared_fed):
    begin = len(shared_fed.daemon.log())
    line.out.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    shared_fed.daemon.wait_log("%SIPFED-4-199007:.*contoso", 10, begin)
    assert shared_fed.cup.silent(0.2)


def test_stray_responses_go_nowhere(shared_fed, line):
    """A response with our address on top but a branch that we never made."""
    fake = Message(shared_fed.request(shared_fed.edge, "MESSAGE"))
    raw = sipmsg.response(fake, 200).replace(
        b"Via: ", b"Via: SIP/2.0/TLS %s:5061;branch=z9hG4bKsf0\r\nVia: " %
        shared_fed.at["outside"].encode(), 1)
    line.out.send(raw)
    assert shared_fed.cup.silent(0.5) and line.silent(0.2)


# a peer that is away


@pytest.mark.normal
def test_dead_target_then_back(fed):
    fed.cup.deaf()
    for c in fed.cup.connections:
        c.close()
    begin = time.monotonic()
    sent = fed.edge.send(fed.request(fed.edge, "MESSAGE"))
    got = fed.edge.expect_final(sent.get("call-id"))
    assert 500 <= got.status < 600
    assert time.monotonic() - begin < 8
    sent = fed.edge.send(fed.request(fed.edge, "INVITE"))
    assert 500 <= fed.edge.expect_final(sent.get("call-id")).status < 600
    fed.cup.listen()
    # Remembered for seconds, not minutes.
    end = time.monotonic() + 15
    while True:
        sent = fed.edge.send(fed.request(fed.edge, "MESSAGE"))
        got = fed.cup.inbox.take(lambda m: m.method == "MESSAGE", 1)
        if got:
            break
        assert time.monotonic() < end, "the target is never tried again"
    fed.cup.reply(got, 200)
    fed.edge.expect(200)


def test_connection_lost_with_requests_pending(fed):
    sents = [fed.edge.send(fed.request(fed.edge, m))
             for m in ("MESSAGE", "INVITE", "SUBSCRIBE")]
    for m in ("MESSAGE", "INVITE", "SUBSCRIBE"):
        got = fed.cup.expect(m)
    got.connection.close(reset=True)
    begin = time.monotonic()
    for sent in sents:
        final = fed.edge.expect_final(sent.get("call-id"))
        assert 500 <= final.status < 600, final
    assert time.monotonic() - begin < 8
    # The next request opens a new connection.
    sent = fed.edge.send(fed.request(fed.edge, "MESSAGE"))
    fed.cup.reply(fed.cup.expect("MESSAGE"), 200)
    assert fed.edge.expect_final(sent.get("call-id")).status == 200


def test_what_arrives_while_dialling_waits(fed):
    sents = [fed.edge.send(fed.request(fed.edge, "MESSAGE", body=str(i)))
             for i in range(30)]
    for i in range(30):
        got = fed.cup.expect("MESSAGE")
        assert got.body == str(i).encode()
        fed.cup.reply(got, 200)
    for sent in sents:
        assert fed.edge.expect_final(sent.get("call-id")).status == 200


def test_four_parallel_connections(fed):
    """Responses return on the connection of their request."""
    ends = [fed.endpoint("edge", "ca", "outside") for _ in range(4)]
    try:
        sents = [e.send(fed.request(fed.edge, "MESSAGE", body=str(i)))
                 for i, e in enumerate(ends)]
        got = [fed.cup.expect("MESSAGE") for _ in ends]
        for m in reversed(got):
            fed.cup.reply(m, 200)
        for e, sent in zip(ends, sents):
            assert e.expect_final(sent.get("call-id")).status == 200
            assert e.silent(0.1)
    finally:
        for e in ends:
            e.close()


def test_counters_and_sessions(fed):
    fed.edge.send(fed.request(fed.edge, "MESSAGE"))
    fed.cup.reply(fed.cup.expect("MESSAGE"), 200)
    fed.edge.expect(200)
    d = fed.daemon.show("federation")
    rows = {p["name"]: p for p in d["peers"]}
    assert rows["contoso"]["connections_in"] == 1
    assert rows["contoso"]["side"] == "outside"
    assert rows["cup"]["connections_out"] == 1
    assert rows["cup"]["messages_out"] >= 1
    assert rows["contoso"]["state"] == "up"
    s = fed.daemon.show("tls-proxy session")
    assert s["in_use"] == len(s["sessions"]) == 2
    by = {x["peer"]: x for x in s["sessions"]}
    assert by["contoso"]["direction"] == "in"
    assert by["cup"]["direction"] == "out"
    assert by["contoso"]["bytes_in"] > 0
    fed.daemon.shell(commands=["clear tls-proxy session"])
    assert fed.edge.out.closed.wait(10)


def test_bodies_are_not_logged(shared_fed, sides):
    edge, cup = sides["outside-to-inside"]
    edge.send(shared_fed.request(edge, "MESSAGE", body="topsecret-body"))
    cup.reply(cup.expect("MESSAGE"), 200)
    edge.expect(200)
    assert "topsecret-body" not in shared_fed.daemon.log()
