# SPDX-License-Identifier: BSD-2-Clause
"""The certificate matrix in both roles, judged through OpenSSL's own tools.

As client: `openssl s_client` presents the case's certificate to sipfedd. As
server: sipfedd dials `openssl s_server`, driven by an OPTIONS from inside.
"""
import os
import re
import select
import socket
import subprocess
import time

import pytest

import certcases
import pki
import sipmsg
from daemon import wait_for
from federation import Federation

NUMBER = {c[0]: i for i, c in enumerate(certcases.CASES)}
TRUST = """\
crypto ca trustpoint t_a
 enrollment terminal
crypto ca trustpoint t_b
 enrollment terminal
crypto ca trustpoint t_crl
 enrollment terminal
 revocation-check crl
crypto ca trustpoint t_crl_none
 enrollment terminal
 revocation-check crl none
"""
PINNED = """\
crypto ca trustpoint t_pin_{case}
 enrollment terminal
 no ca-check
"""
PEER = """\
peer {case}
 type generic
 interface outside
 address {ip} port 5061
 fqdn {fqdn}
 domain {domain}
 identity trust-point public_fed
"""


class Row:
    def __init__(self, case, net, material):
        self.case, self.number = case, NUMBER[case[0]]
        self.name = "c" + str(self.number)
        self.ip = net(10 + self.number)
        self.domain = f"{self.name}.example"
        self.fqdn = "sip." + self.domain
        material.ip[self.fqdn] = self.ip
        self.cert = case[1](material, self.fqdn)

    def config(self):
        lines = self.case[4]
        expected = self.ip if "fqdn-is-ip" in lines else self.fqdn
        text = PEER.format(case=self.name, ip=self.ip, fqdn=expected,
                           domain=self.domain)
        for line in lines.replace("fqdn-is-ip\n", "").splitlines():
            text += " " + line.format(case=self.name) + "\n"
        return text

    @property
    def pinned(self):
        return "t_pin_" in self.case[4]


class Matrix:
    def __init__(self, farm, net, folder):
        self.fed = Federation(farm, net, folder, workers=1)
        self.daemon = self.fed.daemon
        m = certcases.Authorities()
        self.rows = {c[0]: Row(c, net, m) for c in certcases.CASES}
        pins = [r for r in self.rows.values() if r.pinned]
        self.daemon.configure(TRUST + "".join(
            PINNED.format(case=r.name) for r in pins))
        for trustpoint, ca in (("t_a", m.a), ("t_b", m.b), ("t_crl", m.a),
                               ("t_crl_none", m.a)):
            self.daemon.authenticate(trustpoint, ca)
        for r in pins:
            self.daemon.authenticate("t_pin_" + r.name, r.cert)
        self.daemon.configure(
            "".join(r.config() for r in self.rows.values()))
        self.files = {n: r.cert.write(folder / "rows", r.name)
                      for n, r in self.rows.items()}
        self.root = str(folder / "root.pem")
        with open(self.root, "w", encoding="ascii") as f:
            f.write(self.fed.pki.ca.pem)


@pytest.fixture(scope="module")
def matrix(module_farm, module_net, tmp_path_factory):
    m = Matrix(module_farm, module_net, tmp_path_factory.mktemp("matrix"))
    yield m
    m.fed.close()


def end(process):
    process.kill()
    process.communicate(timeout=10)


def talk(process, data, seconds, until=rb"SIP/2\.0 \d+"):
    """Send on stdin; what came on stdout until a match, EOF or deadline."""
    got, limit = b"", time.monotonic() + seconds
    try:
        process.stdin.write(data)
        process.stdin.flush()
    except BrokenPipeError:
        pass
    while time.monotonic() < limit and not re.search(until, got):
        ready, _, _ = select.select([process.stdout], [], [], 0.1)
        if ready:
            piece = os.read(process.stdout.fileno(), 1 << 16)
            if piece == b"":
                break
            got += piece
    return got


def identity(cert, key):
    chain = cert[:-4] + ".chain"
    more = ["-cert_chain", chain] if os.path.exists(chain) else []
    return ["-cert", cert, "-key", key, *more]


def s_client(matrix, row, *more):
    cert, key = matrix.files[row.case[0]]
    return subprocess.Popen(
        ["openssl", "s_client", "-connect",
         matrix.fed.at["outside"] + ":5061", "-bind", row.ip + ":0",
         *identity(cert, key), "-quiet",
         "-cipher", "DEFAULT:@SECLEVEL=0", "-CAfile", matrix.root, *more],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def probe(row):
    """Answered by sipfedd itself, if it listens to this peer at all."""
    me = f"sip:probe@{row.domain}"
    return sipmsg.request("OPTIONS", "sip:bob@example.com", me,
                          "sip:bob@example.com", via=row.ip + ":5061",
                          hops=0)


def newest(matrix, row, role, since):
    """The verdict that came after there were `since` of them."""
    def look():
        found = [v for v in matrix.daemon.verdicts(row.name)
                 if v["role"] == role]
        return found[0] if len(found) > since else None

    return wait_for(f"a verdict on {row.name}", look, 15)


def count(matrix, row, role):
    return len([v for v in matrix.daemon.verdicts(row.name)
                if v["role"] == role])


def assert_verdict(verdict, expected):
    shown = "ok" if verdict["ok"] else verdict["check"]
    assert shown == expected, verdict
    if expected != "ok":
        assert verdict["expected"] and verdict["seen"] and \
            verdict["remedy"], verdict


def assert_logged(matrix, begin, expected, name):
    if expected == "ok":
        matrix.daemon.wait_log(r"%SIPFED-6-725002:", 10, begin)
        return
    matrix.daemon.wait_log(r"%SIPFED-6-725006:", 10, begin)
    line = matrix.daemon.wait_log(r"%SIPFED-3-717027:.*", 10, begin)
    assert expected in line.group(0) and name in line.group(0)


@pytest.mark.parametrize("name", [c[0] for c in certcases.CASES])
def test_as_client(matrix, name):
    row = matrix.rows[name]
    expected = row.case[2]
    since = count(matrix, row, "client")
    begin = len(matrix.daemon.log())
    p = s_client(matrix, row)
    try:
        got = talk(p, probe(row), 10)
    finally:
        end(p)
    verdict = newest(matrix, row, "client", since)
    assert_verdict(verdict, expected)
    assert (b"SIP/2.0 200" in got) == (expected == "ok"), got
    if expected != "ok":
        assert b"SIP/2.0" not in got
    assert_logged(matrix, begin, expected, row.name)


@pytest.mark.parametrize("name", [c[0] for c in certcases.CASES])
def test_as_server(matrix, name):
    row = matrix.rows[name]
    expected = row.case[3]
    cert, key = matrix.files[name]
    since = count(matrix, row, "server")
    begin = len(matrix.daemon.log())
    p = subprocess.Popen(
        ["openssl", "s_server", "-accept", row.ip + ":5061",
         *identity(cert, key), "-quiet", "-Verify", "5",
         "-verify_quiet", "-CAfile", matrix.root, "-naccept", "4",
         "-cipher", "DEFAULT:@SECLEVEL=0"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    cup = matrix.fed.cup
    cup.inbox.items.clear()
    try:
        wait_listening(row.ip)
        sent = cup.send(matrix.fed.request(
            cup, "OPTIONS", to=f"sip:kim@{row.domain}"))
        got = talk(p, b"", 15 if expected == "ok" else 1.0,
                   until=rb"OPTIONS sip:[^\0]*\r\n\r\n")
        verdict = newest(matrix, row, "server", since)
        assert_verdict(verdict, expected)
        if expected == "ok":
            m = re.search(rb"OPTIONS sip:[^\0]*\r\n\r\n", got)
            assert m, got
            p.stdin.write(sipmsg.response(sipmsg.Message(m.group(0)), 200))
            p.stdin.flush()
            assert cup.expect_final(sent.get("call-id")).status == 200
        else:
            # Not one byte of SIP, and an answer for the sender.
            assert b"OPTIONS" not in got and b"Via" not in got
            final = cup.expect_final(sent.get("call-id"))
            assert final.status >= 400
    finally:
        end(p)
    assert_logged(matrix, begin, expected, row.name)


def wait_listening(ip):
    """Listening, seen in /proc: a test connection would use up an accept."""
    want = "%08X:%04X" % (
        int.from_bytes(socket.inet_aton(ip), "little"), 5061)

    def look():
        with open("/proc/net/tcp", encoding="ascii") as f:
            return any(x.split()[1] == want and x.split()[3] == "0A"
                       for x in f.read().splitlines()[1:])

    wait_for(f"{ip} listens", look, 10)


def test_the_matrix_is_wide_enough():
    assert len(certcases.CASES) >= 40
    checks = {c[2] for c in certcases.CASES}
    assert checks >= {"ok", "chain", "dates", "strength", "eku", "name"}


# What is no row: the certificate is missing, or the protocol is wrong.


def test_no_certificate_at_all(matrix):
    row = matrix.rows["good"]
    since = count(matrix, row, "client")
    p = subprocess.Popen(
        ["openssl", "s_client", "-connect",
         matrix.fed.at["outside"] + ":5061", "-bind", row.ip + ":0",
         "-quiet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    try:
        got = talk(p, probe(row), 5)
    finally:
        end(p)
    assert b"SIP/2.0" not in got
    assert_verdict(newest(matrix, row, "client", since), "chain")


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_protocols_are_refused(matrix, version):
    row = matrix.rows["good"]
    p = s_client(matrix, row, version)
    try:
        got = talk(p, probe(row), 5)
    finally:
        end(p)
    assert b"SIP/2.0" not in got


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1", "-tls1_2"])
def test_old_protocols_under_legacy(matrix, version):
    row = matrix.rows["rsa-1024-under-legacy"]
    p = s_client(matrix, row, version)
    try:
        got = talk(p, probe(row), 10)
    finally:
        end(p)
    assert b"SIP/2.0 200" in got


@pytest.mark.parametrize("version,protocol", [("-tls1_2", "TLSv1.2"),
                                              ("-tls1_3", "TLSv1.3")])
def test_protocol_is_in_the_verdict(matrix, version, protocol):
    row = matrix.rows["good"]
    since = count(matrix, row, "client")
    p = s_client(matrix, row, version)
    try:
        assert b"SIP/2.0 200" in talk(p, probe(row), 10)
    finally:
        end(p)
    v = newest(matrix, row, "client", since)
    assert v["protocol"] == protocol and v["cipher"]
    assert v["anchor"] == "t_a"


def test_min_version_of_a_peer(matrix):
    row = matrix.rows["second-san"]
    matrix.daemon.configure(f"peer {row.name}\n tls min-version tlsv1.3\n")
    p = s_client(matrix, row, "-tls1_2")
    try:
        assert b"SIP/2.0" not in talk(p, probe(row), 5)
    finally:
        end(p)
    p = s_client(matrix, row, "-tls1_3")
    try:
        assert b"SIP/2.0 200" in talk(p, probe(row), 10)
    finally:
        end(p)


def test_no_renegotiation(matrix):
    row = matrix.rows["good"]
    p = s_client(matrix, row, "-tls1_2")
    try:
        assert b"SIP/2.0 200" in talk(p, probe(row), 10)
    finally:
        end(p)
    # With -quiet "R" is no command; ask without it.
    cert, key = matrix.files["good"]
    p = subprocess.run(
        ["openssl", "s_client", "-connect",
         matrix.fed.at["outside"] + ":5061", "-bind", row.ip + ":0",
         "-cert", cert, "-key", key, "-tls1_2"], input=b"R\n",
        capture_output=True, timeout=20, check=False)
    assert b"no renegotiation" in p.stderr.lower() or p.returncode != 0 \
        or b"RENEGOTIATING" in p.stderr and b"error" in p.stderr.lower()


def test_identity_by_sni_and_source(matrix):
    """Both names of the federation are shown where they belong."""
    def shown(address, source):
        p = subprocess.run(
            ["openssl", "s_client", "-connect", address + ":5061",
             "-bind", source + ":0"], input=b"", capture_output=True,
            timeout=20, check=False)
        m = re.search(rb"subject=(.*)", p.stdout)
        return m.group(1).decode() if m else p.stderr.decode()

    at = matrix.fed.at
    assert at["inside"] in shown(at["inside"], at["cup"])
    assert "fed.example.com" in shown(at["outside"], at["edge"])
    stranger = matrix.fed.net(240)
    assert "fed.example.com" in shown(at["outside"], stranger)


def test_stranger_is_known_by_its_certificate(matrix):
    """A partner behind NAT: no source fits, the certificate does."""
    row = matrix.rows["good"]
    cert, key = matrix.files["good"]
    p = subprocess.Popen(
        ["openssl", "s_client", "-connect",
         matrix.fed.at["outside"] + ":5061", "-bind",
         matrix.fed.net(241) + ":0", "-cert", cert, "-key", key, "-quiet"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    try:
        assert b"SIP/2.0 200" in talk(p, probe(row), 10)
    finally:
        end(p)


def test_peers_own_certificate_does_not_speak_for_another(matrix):
    """Admitted as one peer, a From of another's domain is 403."""
    row, other = matrix.rows["good"], matrix.rows["ec-p256"]
    p = s_client(matrix, row)
    try:
        got = talk(p, probe(row).replace(
            row.domain.encode(), other.domain.encode()), 10)
    finally:
        end(p)
    assert b"SIP/2.0 403" in got, got


def test_terminal_text_in_a_subject_is_escaped(matrix):
    row = matrix.rows["good"]
    evil = pki.make(pki.name("\x1b[31mred\r\n%SIPFED-0-1: x"),
                    certcases.Authorities().a, private=pki.key("leaf"))
    cert, key = evil.write(matrix.fed.folder / "rows", "evil")
    since = count(matrix, row, "client")
    begin = len(matrix.daemon.log())
    p = subprocess.Popen(
        ["openssl", "s_client", "-connect",
         matrix.fed.at["outside"] + ":5061", "-bind", row.ip + ":0",
         "-cert", cert, "-key", key, "-quiet"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        talk(p, probe(row), 5)
    finally:
        end(p)
    newest(matrix, row, "client", since)
    log = matrix.daemon.log()[begin:]
    assert "\x1b" not in log and "\n%SIPFED-0-1" not in log
