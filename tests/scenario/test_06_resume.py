# SPDX-License-Identifier: BSD-2-Clause
"""TLS sessions resume, and are judged again when they do."""
import re
import subprocess

import pytest

import pki
import sipmsg
from test_04_certs import end, talk

VERSIONS = pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])


def client(fed, *more):
    return subprocess.Popen(
        ["openssl", "s_client", "-connect", fed.at["outside"] + ":5061",
         "-bind", fed.at["edge"] + ":0", "-cert", fed.edge.cert, "-key",
         fed.edge.key, "-CAfile", fed.edge.ca, "-ign_eof", *more],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)


def probe(fed):
    return fed.request(fed.edge, "OPTIONS", hops=0)


def visit(fed, *more, seconds=10):
    p = client(fed, *more)
    try:
        return talk(p, probe(fed), seconds)
    finally:
        end(p)


def ticket(fed, path, version):
    got = visit(fed, version, "-sess_out", path)
    assert b"SIP/2.0 200" in got, got
    with open(path, encoding="ascii") as f:
        assert "BEGIN SSL SESSION" in f.read()


@pytest.mark.normal
@VERSIONS
def test_resumption_works(fed, tmp_path, version):
    path = str(tmp_path / "session")
    ticket(fed, path, version)
    got = visit(fed, version, "-sess_in", path)
    assert b"SIP/2.0 200" in got
    assert re.search(rb"(?m)^Reused, ", got), got
    v = fed.daemon.verdicts("contoso")[0]
    assert v["ok"] and v["resumed"]
    fed.daemon.wait_log("725003", 5)


def refused(fed, path, version):
    got = visit(fed, version, "-sess_in", path, seconds=5)
    assert b"SIP/2.0" not in got, got
    v = fed.daemon.verdicts("contoso")[0]
    assert not v["ok"]
    return v


@VERSIONS
def test_refused_after_the_anchor_is_replaced(fed, tmp_path, version):
    path = str(tmp_path / "session")
    ticket(fed, path, version)
    d = fed.daemon
    d.configure("crypto ca trustpoint new_ca\n enrollment terminal\n")
    d.authenticate("new_ca", pki.authority("Another CA"))
    d.configure("peer contoso\n no validate trust-point edge_ca\n"
                " validate trust-point new_ca\n")
    assert refused(fed, path, version)["check"] == "chain"


@VERSIONS
def test_refused_after_the_name_changed(fed, tmp_path, version):
    path = str(tmp_path / "session")
    ticket(fed, path, version)
    fed.daemon.configure("peer contoso\n no fqdn sip.contoso.com\n"
                         " fqdn sip.other.com\n")
    assert refused(fed, path, version)["check"] == "name"


@VERSIONS
def test_not_resumed_after_the_peer_is_removed(fed, tmp_path, version):
    path = str(tmp_path / "session")
    ticket(fed, path, version)
    fed.daemon.configure("no peer contoso\n")
    assert b"SIP/2.0" not in visit(fed, version, "-sess_in", path,
                                   seconds=5)


@VERSIONS
def test_ticket_of_one_peer_is_no_use_to_another(fed, tmp_path, version):
    """The session says who it is, whatever domain is claimed with it."""
    path = str(tmp_path / "session")
    ticket(fed, path, version)
    p = subprocess.Popen(
        ["openssl", "s_client", "-connect", fed.at["outside"] + ":5061",
         "-bind", fed.at["extra"] + ":0", "-quiet", version, "-sess_in",
         path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    try:
        got = talk(p, sipmsg.request(
            "OPTIONS", "sip:bob@example.com", "sip:x@fabrikam.com",
            "sip:bob@example.com", via="x", hops=0), 5)
    finally:
        end(p)
    assert b"SIP/2.0 200" not in got


@VERSIONS
def test_ticket_of_the_other_interface(fed, tmp_path, version):
    """A session of the outside opens nothing inside."""
    path = str(tmp_path / "session")
    ticket(fed, path, version)
    p = subprocess.Popen(
        ["openssl", "s_client", "-connect", fed.at["inside"] + ":5061",
         "-bind", fed.at["edge"] + ":0", "-quiet", version, "-sess_in",
         path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    try:
        assert b"SIP/2.0" not in talk(p, probe(fed), 5)
    finally:
        end(p)


def test_resumption_across_workers_and_restart(fed, tmp_path):
    """Ticket keys are shared by workers."""
    path = str(tmp_path / "session")
    ticket(fed, path, "-tls1_2")
    reused = 0
    for _ in range(8):
        reused += b"Reused, " in visit(fed, "-tls1_2", "-sess_in", path)
    assert reused == 8
