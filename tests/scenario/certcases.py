# SPDX-License-Identifier: BSD-2-Clause
"""The certificate matrix: one row a case, the expected verdict beside it.

A row: name, what makes the certificate, the check that must fail when the
peer is a client and when it is a server ("ok": admitted), and lines of the
peer's configuration. `m` is the material of the run; `n` the expected FQDN.
"""
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import pki
from pki import BOTH, CLIENT, EMAIL, SERVER


class Authorities:
    """The CAs that the rows use."""

    def __init__(self):
        self.a = pki.authority("Root A")
        self.b = pki.authority("Root B")
        self.c = pki.authority("Root Nobody Trusts")
        self.sub = pki.authority("Issuing A", self.a)
        self.old = pki.make(
            pki.name("Expired Issuing A"), self.a, ca=True, eku=(),
            days=(-90, -1), private=pki.key("ca old"))
        self.sha1 = pki.make(
            pki.name("SHA-1 Issuing A"), self.a, ca=True, eku=(),
            digest=hashes.SHA1(), private=pki.key("ca sha1"))
        self.small = pki.make(
            pki.name("Small Issuing A"), self.a, ca=True, eku=(),
            private=pki.key("ca small", 1024))
        self.narrow = pki.make(
            pki.name("Narrow Issuing A"), self.a, ca=True, eku=(),
            permitted=("elsewhere.example",), private=pki.key("ca narrow"))
        self.fake = pki.authority("Root A", private=pki.key("ca fake"))
        self.nosign = pki.leaf("nosign.example", self.a,
                               private=pki.key("nosign"))
        self.ip = {}  # address of the peer by its expected name


def hide(cert):
    """Without the intermediates: the presenter forgot them."""
    cert.issuer = None
    return cert


def dns(*names):
    return tuple("dns:" + n for n in names)


def subject_o():
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "O")])


def self_signed(n, label="leaf"):
    return pki.make(pki.name(n), san=dns(n), private=pki.key(label))


ANY_EKU = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
A = "validate trust-point t_a\n"
B = "validate trust-point t_b\n"
PIN = "validate trust-point t_pin_{case}\n"


def _eku(eku):
    return lambda m, n: pki.leaf(n, m.a, eku=eku)


def _san(*san, cn="{n}"):
    """{n} the expected name, {tail} its domain, {upper}, {ip} the peer's."""
    def make(m, n):
        words = {"n": n, "tail": n.split(".", 1)[1], "upper": n.upper(),
                 "ip": m.ip[n]}
        return pki.make(pki.name(cn.format(**words)), m.a,
                        private=pki.key("leaf"),
                        san=[s.format(**words) for s in san])
    return make


# name, maker, verdict as client, verdict as server, peer lines
CASES = [
    # chain
    ("good", lambda m, n: pki.leaf(n, m.a), "ok", "ok", A),
    ("intermediate-sent", lambda m, n: pki.leaf(n, m.sub), "ok", "ok", A),
    ("intermediate-missing", lambda m, n: hide(pki.leaf(n, m.sub)),
     "chain", "chain", A),
    ("other-peers-anchor", lambda m, n: pki.leaf(n, m.b),
     "chain", "chain", A),
    ("own-anchor-b", lambda m, n: pki.leaf(n, m.b), "ok", "ok", B),
    ("nobodys-anchor", lambda m, n: pki.leaf(n, m.c), "chain", "chain", A),
    ("same-name-other-ca", lambda m, n: hide(pki.leaf(n, m.fake)),
     "chain", "chain", A),
    ("self-signed", lambda m, n: self_signed(n), "chain", "chain", A),
    ("self-signed-pinned", lambda m, n: self_signed(n), "ok", "ok", PIN),
    ("pinned-wrong-name", lambda m, n: self_signed("other." + n),
     "name", "name", PIN),
    ("pinned-expired", lambda m, n: pki.make(
        pki.name(n), san=dns(n), private=pki.key("leaf"), days=(-9, -1)),
     "dates", "dates", PIN),
    ("leaf-of-unknown-ca-pinned", lambda m, n: hide(pki.leaf(n, m.c)),
     "ok", "ok", PIN),
    ("ca-as-leaf", lambda m, n: pki.make(
        pki.name(n), m.a, san=dns(n), ca=True, private=pki.key("leaf")),
     "chain", "chain", A),
    ("issued-by-a-leaf", lambda m, n: pki.leaf(n, m.nosign),
     "chain", "chain", A),
    ("name-constraint-violated", lambda m, n: pki.leaf(n, m.narrow),
     "chain", "chain", A),
    # dates
    ("expired", lambda m, n: pki.leaf(n, m.a, days=(-9, -1)),
     "dates", "dates", A),
    ("not-yet-valid", lambda m, n: pki.leaf(n, m.a, days=(1, 9)),
     "dates", "dates", A),
    ("intermediate-expired", lambda m, n: pki.leaf(n, m.old),
     "dates", "dates", A),
    # strength
    ("rsa-1024", lambda m, n: pki.leaf(n, m.a, private=pki.key("s", 1024)),
     "strength", "strength", A),
    ("sha-1", lambda m, n: pki.leaf(n, m.a, digest=hashes.SHA1()),
     "strength", "strength", A),
    ("md5", lambda m, n: pki.leaf(n, m.a, digest=hashes.MD5()),
     "strength", "strength", A),
    ("intermediate-sha-1", lambda m, n: pki.leaf(n, m.sha1),
     "strength", "strength", A),
    ("intermediate-rsa-1024", lambda m, n: pki.leaf(n, m.small),
     "strength", "strength", A),
    ("ec-p256", lambda m, n: pki.leaf(n, m.a, private=pki.ec_key()),
     "ok", "ok", A),
    ("rsa-1024-under-legacy",
     lambda m, n: pki.leaf(n, m.a, private=pki.key("s", 1024)),
     "ok", "ok", A + "tls legacy\n"),
    # extended key usage
    ("eku-none", _eku(()), "ok", "ok", A),
    ("eku-none-both-wanted", _eku(()), "eku", "eku", A + "eku both\n"),
    ("eku-server-only", _eku((SERVER,)), "eku", "ok", A),
    ("eku-client-only", _eku((CLIENT,)), "ok", "eku", A),
    ("eku-server-only-both-wanted", _eku((SERVER,)), "eku", "eku",
     A + "eku both\n"),
    ("eku-client-only-both-wanted", _eku((CLIENT,)), "eku", "eku",
     A + "eku both\n"),
    ("eku-both", _eku(BOTH), "ok", "ok", A + "eku both\n"),
    ("eku-extra-both-wanted", _eku(BOTH + (EMAIL,)), "ok", "ok",
     A + "eku both\n"),
    ("eku-extra-exact-wanted", _eku(BOTH + (EMAIL,)), "eku", "eku",
     A + "eku exact\n"),
    ("eku-exact", _eku(BOTH), "ok", "ok", A + "eku exact\n"),
    ("eku-email-only", _eku((EMAIL,)), "eku", "eku", A),
    ("eku-email-only-any-allowed", _eku((EMAIL,)), "ok", "ok",
     A + "eku any\n"),
    ("eku-any", _eku((ANY_EKU,)), "ok", "ok", A),
    ("key-usage-cert-sign-only", lambda m, n: pki.leaf(
        n, m.a, usage=pki.usage("key_cert_sign")), "eku", "eku", A),
    # names
    ("cn-only", _san(), "ok", "ok", A),
    ("san-only", lambda m, n: pki.make(
        subject_o(), m.a, san=dns(n), private=pki.key("leaf")),
     "ok", "ok", A),
    ("no-name-at-all", lambda m, n: pki.make(
        subject_o(), m.a, private=pki.key("leaf")), "name", "name", A),
    ("cn-right-san-wrong", _san("dns:other.example"), "name", "name", A),
    ("san-right-cn-wrong", _san("dns:{n}", cn="other.example"),
     "ok", "ok", A),
    ("second-san", _san("dns:other.example", "dns:{n}", cn="x"),
     "ok", "ok", A),
    ("cn-check-cn-right-san-wrong", _san("dns:other.example"), "ok", "ok",
     A + "identity-check cn\n"),
    ("cn-check-san-right-cn-wrong", _san("dns:{n}", cn="other.example"),
     "name", "name", A + "identity-check cn\n"),
    ("san-check-cn-only", _san(), "name", "name",
     A + "identity-check san\n"),
    ("san-check-san", _san("dns:{n}", cn="x"), "ok", "ok",
     A + "identity-check san\n"),
    ("uri-san", _san("uri:sip:{n}", cn="x"), "ok", "ok", A),
    ("uri-san-with-port", _san("uri:sip:{n}:5061", cn="x"), "ok", "ok", A),
    ("uri-right-dns-wrong", _san("uri:sip:{n}", "dns:other.example",
                                 cn="x"), "ok", "ok", A),
    ("uri-wrong-dns-right", _san("uri:sip:other.example", "dns:{n}"),
     "name", "name", A),
    ("uri-with-user", _san("uri:sip:u@{n}", cn="x"), "name", "name", A),
    ("uri-sips", _san("uri:sips:{n}", cn="x"), "name", "name", A),
    ("uri-http-dns-right", _san("uri:http://other.example/", "dns:{n}",
                                cn="x"), "ok", "ok", A),
    ("mail-san-cn-right", _san("mail:a@b.example"), "name", "name", A),
    ("ip-san-cn-right", _san("ip:192.0.2.1"), "name", "name", A),
    ("wildcard", _san("dns:*.{tail}", cn="x"), "name", "name", A),
    ("wildcard-allowed", _san("dns:*.{tail}", cn="x"), "ok", "ok",
     A + "allow-wildcard\n"),
    ("wildcard-partial", _san("dns:si*.{tail}", cn="x"), "name", "name",
     A + "allow-wildcard\n"),
    ("wildcard-two-labels", _san("dns:*.example", cn="x"), "name", "name",
     A + "allow-wildcard\n"),
    ("sub-domain", _san("dns:a.{n}", cn="x"), "name", "name", A),
    ("parent-domain", _san("dns:{tail}", cn="x"), "name", "name", A),
    ("suffix", _san("dns:evil{n}", cn="x"), "name", "name", A),
    ("upper-case", _san("dns:{upper}", cn="x"), "ok", "ok", A),
    ("upper-case-cn", _san(cn="{upper}"), "ok", "ok", A),
    ("trailing-dot", _san("dns:{n}.", cn="x"), "name", "name", A),
    ("trailing-dot-cn", _san(cn="{n}."), "name", "name", A),
    ("nul-in-san", _san("dns:{n}\0.evil.example", cn="x"),
     "name", "name", A),
    ("nul-in-cn", _san(cn="{n}\0.evil.example"), "name", "name", A),
    ("blank-in-cn", _san(cn="{n} "), "name", "name", A),
    ("u-label-cn", _san(cn="s\u00edp.example"), "name", "name", A),
    ("two-cns-last-right", lambda m, n: pki.make(
        pki.name("other.example", n), m.a, private=pki.key("leaf")),
     "ok", "ok", A),
    ("two-cns-first-right", lambda m, n: pki.make(
        pki.name(n, "other.example"), m.a, private=pki.key("leaf")),
     "name", "name", A),
    # The expected name is an address: {ip} is the peer's own.
    ("ip-in-cn-cn-check", _san(cn="{ip}"), "ok", "ok",
     A + "identity-check cn\nfqdn-is-ip\n"),
    ("ip-in-cn", _san(cn="{ip}"), "name", "name", A + "fqdn-is-ip\n"),
    ("ip-san", _san("ip:{ip}", cn="x"), "ok", "ok", A + "fqdn-is-ip\n"),
    ("ip-san-other", _san("ip:192.0.2.9", cn="{ip}"), "name", "name",
     A + "fqdn-is-ip\n"),
    # revocation: its fetching comes later, so a status is never known
    ("revocation-crl", lambda m, n: pki.leaf(n, m.a),
     "revocation", "revocation", "validate trust-point t_crl\n"),
    ("revocation-crl-none", lambda m, n: pki.leaf(n, m.a), "ok", "ok",
     "validate trust-point t_crl_none\n"),
]
