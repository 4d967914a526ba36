# SPDX-License-Identifier: BSD-2-Clause
"""Certificates for the scenarios, weird ones included.

Keys come from a small pool: making them is slow and no test depends on their
being different unless it asks for a fresh one.
"""
import base64
import datetime
import ipaddress
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
BOTH = (SERVER, CLIENT)
PASSPHRASE = "lab-secret"

_pool = {}


def key(label="leaf", bits=2048):
    """The key of this label: made once in a run."""
    if (label, bits) not in _pool:
        _pool[label, bits] = rsa.generate_private_key(65537, bits)
    return _pool[label, bits]


def ec_key(label="leaf", curve=None):
    if (label, "ec") not in _pool:
        _pool[label, "ec"] = ec.generate_private_key(curve or ec.SECP256R1())
    return _pool[label, "ec"]


def name(*cns, o=None):
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, o)] if o else []
    return x509.Name(
        parts + [x509.NameAttribute(NameOID.COMMON_NAME, c) for c in cns])


def _general(san):
    """dns:NAME, uri:URI, ip:ADDRESS, mail:ADDRESS as general names."""
    kind, _, value = san.partition(":")
    return {
        "dns": lambda: x509.DNSName(value),
        "uri": lambda: x509.UniformResourceIdentifier(value),
        "ip": lambda: x509.IPAddress(ipaddress.ip_address(value)),
        "mail": lambda: x509.RFC822Name(value),
    }[kind]()


class Cert:
    """A certificate, its key, and who signed it."""

    def __init__(self, cert, private, issuer=None):
        self.cert, self.key, self.issuer = cert, private, issuer

    @property
    def pem(self):
        return self.cert.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()).decode()

    def chain(self):
        """Everything between us and the root, the root left out."""
        found, at = [], self.issuer
        while at is not None and at.issuer is not None:
            found.append(at)
            at = at.issuer
        return found

    def p12(self, passphrase=PASSPHRASE):
        """Base64 lines, as `crypto ca import NAME pkcs12` wants them."""
        up = [c.cert for c in self.chain()]
        at = self
        while at.issuer is not None:
            at = at.issuer
        if at is not self:
            up.append(at.cert)
        raw = pkcs12.serialize_key_and_certificates(
            b"identity", self.key, self.cert, up or None,
            serialization.BestAvailableEncryption(passphrase.encode()))
        return base64.encodebytes(raw).decode()

    def write(self, folder, stem):
        """Files for other programs: certificate + chain, and the key."""
        os.makedirs(folder, exist_ok=True)
        cert = os.path.join(folder, stem + ".pem")
        private = os.path.join(folder, stem + ".key")
        with open(cert, "w", encoding="ascii") as f:
            f.write(self.pem + "".join(c.pem for c in self.chain()))
        if self.chain():
            with open(cert[:-4] + ".chain", "w", encoding="ascii") as f:
                f.write("".join(c.pem for c in self.chain()))
        with open(private, "w", encoding="ascii",
                  opener=lambda p, fl: os.open(p, fl, 0o600)) as f:
            f.write(self.key_pem)
        return cert, private


def _dates(days):
    now = datetime.datetime.utcnow()
    begin, end = days
    return (now + datetime.timedelta(days=begin),
            now + datetime.timedelta(days=end))


def make(subject, issuer=None, *, san=(), eku=BOTH, ca=False, private=None,
         days=(-1, 90), digest=None, usage=None, permitted=None,
         basic=True):
    """One certificate; issuer None: self-signed."""
    private = private or key()
    begin, end = _dates(days)
    signer = issuer.key if issuer else private
    b = (x509.CertificateBuilder().subject_name(subject)
         .issuer_name(issuer.cert.subject if issuer else subject)
         .public_key(private.public_key())
         .serial_number(x509.random_serial_number())
         .not_valid_before(begin).not_valid_after(end))
    if basic:
        b = b.add_extension(x509.BasicConstraints(ca, None), critical=True)
    if san:
        b = b.add_extension(x509.SubjectAlternativeName(
            [_general(s) for s in san]), critical=False)
    if eku:
        b = b.add_extension(x509.ExtendedKeyUsage(list(eku)), critical=False)
    if permitted:
        b = b.add_extension(x509.NameConstraints(
            [x509.DNSName(p) for p in permitted], None), critical=True)
    if usage is not None:
        b = b.add_extension(usage, critical=True)
    return Cert(b.sign(signer, digest or hashes.SHA256()), private, issuer)


def authority(cn, issuer=None, **more):
    """A CA; its key is its own."""
    more.setdefault("private", key("ca " + cn))
    return make(name(cn), issuer, ca=True, eku=(), days=(-2, 900), **more)


def leaf(fqdn, issuer=None, **more):
    """An ordinary certificate of a partner."""
    more.setdefault("san", ("dns:" + fqdn,))
    more.setdefault("private", key("leaf"))
    return make(name(fqdn), issuer, **more)


def usage(*on):
    """A KeyUsage with these bits."""
    bits = dict.fromkeys((
        "digital_signature", "content_commitment", "key_encipherment",
        "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
        "encipher_only", "decipher_only"), False)
    bits.update(dict.fromkeys(on, True))
    return x509.KeyUsage(**bits)
