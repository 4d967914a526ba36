# SPDX-License-Identifier: BSD-2-Clause
"""The federation of DESIGN 6 on loopback: node cup inside, Edge outside."""
import pki
import sipmsg
from peer import Endpoint

ROUTING = "fed.example.com"
CONFIG = """\
hostname edge1
domain-name example.com
!
crypto ca trustpoint cup_proxy
 enrollment terminal
 fqdn none
 subject-name CN={inside}
crypto ca trustpoint cert_from_cup
 enrollment terminal
 no ca-check
crypto ca trustpoint public_fed
 enrollment terminal
 fqdn fed.example.com
 subject-name CN=fed.example.com
crypto ca trustpoint edge_ca
 enrollment terminal
"""
PEERS = """\
interface inside
 listen {inside} port 5061
interface outside
 listen {outside} port 5061
 identity trust-point public_fed
federation
 routing-fqdn fed.example.com
 domain example.com
peer cup
 type im-and-presence
 interface inside
 address {cup} port {cup_port}
 fqdn cup1.example.com
 identity trust-point cup_proxy
 validate trust-point cert_from_cup
 identity-check cn
peer contoso
 type lync
 interface outside
 address {edge} port {edge_port}
 fqdn sip.contoso.com
 domain contoso.com
 identity trust-point public_fed
 validate trust-point edge_ca
 eku both
"""
EXTRA_PEER = """\
peer fabrikam
 type generic
 interface outside
 address {extra} port 5061
 fqdn sip.fabrikam.com
 domain fabrikam.com
 identity trust-point public_fed
 validate trust-point edge_ca
"""


class Material:
    """Everybody's certificates, made once for all tests of a run."""

    def __init__(self, inside):
        self.ca = pki.authority("Lab Root CA")
        self.sub = pki.authority("Lab Issuing CA", self.ca)
        self.cup = pki.make(pki.name("cup1.example.com"),
                            private=pki.key("cup"))
        self.edge = pki.leaf("sip.contoso.com", self.ca,
                             private=pki.key("edge"))
        self.fabrikam = pki.leaf("sip.fabrikam.com", self.ca,
                                 private=pki.key("fabrikam"))
        self.inside = pki.make(pki.name(inside), private=pki.key("inside"))
        self.public = pki.leaf(ROUTING, self.ca, private=pki.key("public"))


class Federation:
    def __init__(self, farm, net, folder, *, workers=2, listen=True,
                 ports=(5061, 5061), more=""):
        self.net, self.folder = net, folder
        self.at = {"inside": net(1), "outside": net(2), "cup": net(3),
                   "edge": net(4), "extra": net(5),
                   "cup_port": ports[0], "edge_port": ports[1]}
        self.pki = Material(self.at["inside"])
        self.files = {
            n: getattr(self.pki, n).write(folder / "pki", n)
            for n in ("cup", "edge", "fabrikam", "inside", "public", "ca")}
        self.daemon = farm(folder / "d", workers=workers)
        self.install(more)
        self.cup = self.endpoint("cup", "inside", "inside", ports[0])
        self.edge = self.endpoint("edge", "ca", "outside", ports[1])
        if listen:
            self.cup.listen()
            self.edge.listen()

    def install(self, more=""):
        """Key material and configuration, through the shell alone."""
        d = self.daemon
        d.configure(CONFIG.format(**self.at))
        d.import_identity("cup_proxy", self.pki.inside)
        d.import_identity("public_fed", self.pki.public)
        d.authenticate("cert_from_cup", self.pki.cup)
        d.authenticate("edge_ca", self.pki.ca)
        d.configure((PEERS + EXTRA_PEER + more).format(**self.at),
                    save=True)

    def endpoint(self, who, trusts, side, port=5061, address=None):
        return Endpoint(address or self.at[who], port, self.files[who],
                        self.files[trusts][0], (self.at[side], 5061))

    def fabrikam(self):
        return self.endpoint("fabrikam", "ca", "outside",
                             address=self.at["extra"])

    def request(self, endpoint, method, sender=None, to=None, **more):
        """A request of the usual users, out of a dialog."""
        inside = endpoint is self.cup
        sender = sender or ("sip:bob@example.com" if inside
                            else "sip:kim@contoso.com")
        to = to or ("sip:kim@contoso.com" if inside
                    else "sip:bob@example.com")
        more.setdefault("contact", "sip:user@%s;transport=tls"
                        % endpoint.via)
        return sipmsg.request(method, more.pop("uri", to), sender, to,
                              via=endpoint.via, **more)

    def close(self):
        for e in (self.cup, self.edge):
            e.close()
