# SPDX-License-Identifier: BSD-2-Clause
"""Kamailio, an independent SIP stack, on either side of the federation."""
import pytest

import kamailio
from agent import Agent
from daemon import wait_for
from federation import Federation
from lab import Lab

pytestmark = pytest.mark.skipif(kamailio.missing() is not None,
                                reason=str(kamailio.missing()))
BOB, KIM = "sip:bob@example.com", "sip:kim@contoso.com"


class Stage:
    """sipfedd between Kamailio with a user on one side, a lab on the other."""

    def __init__(self, farm, net, folder, kamailio_is):
        self.fed = Federation(farm, net, folder, listen=False)
        inside = kamailio_is == "cup"
        at = self.fed.at
        self.agent = Agent(net(9), (at[kamailio_is], 5060),
                           BOB if inside else KIM, KIM if inside else BOB)
        cert, key = self.fed.files[kamailio_is]
        self.kamailio = kamailio.Kamailio(
            folder / "kamailio", at[kamailio_is], cert, key,
            self.fed.files["inside" if inside else "ca"][0],
            at["inside" if inside else "outside"], self.agent.via)
        self.partner = "edge" if inside else "imp"
        self.labs = []

    def lab(self, *options):
        more = ["--no-negotiate"] if self.partner == "edge" else []
        self.labs.append(Lab(self.fed, self.partner, "--timeout", "15",
                             *more, *options))
        return self.labs[-1]

    def close(self):
        for x in self.labs:
            x.close()
        self.kamailio.close()
        self.agent.close()
        self.fed.close()


@pytest.fixture(params=["edge", "cup"],
                ids=["kamailio-is-the-edge", "kamailio-is-inside"])
def stage(request, farm, net, tmp_path):
    s = Stage(farm, net, tmp_path, request.param)
    yield s
    s.close()


@pytest.mark.normal
def test_lab_begins(stage):
    """Presence and an IM session from the lab to Kamailio's user."""
    stage.lab("--scenario", "presence,im").assert_done()
    assert not stage.agent.faults
    assert sorted(stage.agent.done) == ["im", "presence"]


@pytest.mark.normal
def test_kamailios_user_begins(stage):
    """And the other way: the lab counts what was done toward it."""
    lab = stage.lab("--expect", "presence,im", "--serve-for", "6")
    wait_for("the lab listens", lambda: "listening" in lab.text(), 15)
    stage.agent.watch()
    stage.agent.talk()
    assert not stage.agent.faults
    lab.assert_done()

