# SPDX-License-Identifier: BSD-2-Clause
"""npm's `sip` as the Edge: a third SIP stack over mutual TLS."""
import os
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))


@pytest.fixture
def edge(fed):
    fed.edge.close()
    cert, key = fed.files["edge"]
    p = subprocess.Popen(
        ["node", os.path.join(HERE, "edge_sip.js"), fed.at["edge"],
         fed.at["outside"], str(cert), str(key), str(fed.files["ca"][0])],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert p.stdout.readline() == "ready\n"
    yield p
    p.kill()
    p.wait(10)


def test_both_directions(fed, edge):
    fed.cup.send(fed.request(fed.cup, "SUBSCRIBE"))
    assert edge.stdout.readline() == "got SUBSCRIBE\n"
    fed.cup.expect(200)
    got = fed.cup.expect("MESSAGE")
    assert got.body == b"hello from npm"
    fed.cup.reply(got, 200)
    assert edge.stdout.readline() == "answered 200\n"
