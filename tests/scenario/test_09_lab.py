# SPDX-License-Identifier: BSD-2-Clause
"""sipfed-lab on both sides: the federation that the demo shows."""
import json

import pytest

from federation import Federation
from lab import Lab


@pytest.fixture
def bare(farm, net, tmp_path):
    """A federation whose partners are not listening yet."""
    f = Federation(farm, net, tmp_path, listen=False)
    yield f
    f.close()


def both(fed, *options, imp=(), edge=()):
    e = Lab(fed, "edge", *options, *edge)
    i = Lab(fed, "imp", *options, *imp)
    try:
        i.assert_done(90)
        e.assert_done(90)
    finally:
        i.close()
        e.close()
    return i, e


@pytest.mark.normal
def test_all_scenarios(bare):
    i, e = both(bare, "--serve-for", "8", "--timeout", "15",
                imp=("--scenario", "presence,im,options",
                     "--expect", "presence,im,options,benotify"),
                edge=("--scenario", "all",
                      "--expect", "presence,im,options"))
    for lab in (i, e):
        with open(lab.ladder, encoding="utf-8") as f:
            rows = [json.loads(x) for x in f]
        text = json.dumps(rows)
        for method in ("SUBSCRIBE", "NOTIFY", "INVITE", "MESSAGE", "BYE"):
            assert method in text


@pytest.mark.parametrize("scenario", ["presence", "im", "options"])
def test_one_scenario_each_way(bare, scenario):
    both(bare, "--serve-for", "5", "--timeout", "15", "--scenario",
         scenario, "--expect", scenario)


def test_tls12_partner(bare):
    both(bare, "--serve-for", "5", "--timeout", "15", "--scenario",
         "presence,im", "--expect", "presence,im", edge=("--tls12",))


def test_lab_fails_when_its_scenario_does(bare):
    """Nobody is there: the lab must say so."""
    lab = Lab(bare, "imp", "--scenario", "presence", "--timeout", "3")
    try:
        assert lab.finish(40) != 0, lab.text()
    finally:
        lab.close()
