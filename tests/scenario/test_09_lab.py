# SPDX-License-Identifier: BSD-2-Clause
"""sipfed-lab imp and edge through sipfedd: every scenario, both ways."""
import subprocess

from daemon import program


def lab(fed, role, who, trusts, side, *more):
    cert, key = fed.files[who]
    return subprocess.Popen(
        [program("sipfed-lab"), role,
         "--listen", "%s:5061" % fed.at[who],
         "--connect", "%s:5061" % fed.at[side],
         "--from", fed.at[who], "--cert", str(cert), "--key", str(key),
         "--ca", str(fed.files[trusts][0]), "--timeout", "15",
         "--serve-for", "12", *more],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_all_scenarios_both_ways(fed):
    fed.close()
    edge = lab(fed, "edge", "edge", "ca", "outside",
               "--fqdn", "sip.contoso.com", "--domain", "contoso.com",
               "--user", "kim", "--peer-domain", "example.com",
               "--peer-user", "bob", "--scenario", "all",
               "--expect", "presence,im")
    imp = lab(fed, "imp", "cup", "inside", "inside",
              "--domain", "example.com", "--user", "bob",
              "--peer-domain", "contoso.com", "--peer-user", "kim",
              "--scenario", "presence,im,options",
              "--expect", "presence,im")
    said = [p.communicate(timeout=90)[0] for p in (imp, edge)]
    assert imp.returncode == 0, said[0]
    assert edge.returncode == 0, said[1]
