# SPDX-License-Identifier: BSD-2-Clause
"""The shell: the seed's inside procedure and what surrounds it."""
import os
import re
import stat

import pytest

import pki
from daemon import program

PEM = re.compile(
    r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----", re.S)


def seed(cup):
    """Steps 2 to 18 of the seed as an operator types them."""
    return f"""\
enable
configure terminal
hostname edge1
crypto key generate rsa label cup_proxy_key modulus 2048
crypto ca trustpoint cup_proxy
enrollment self
fqdn none
subject-name CN=10.0.0.1
keypair cup_proxy_key
crypto ca enroll cup_proxy
no
yes
crypto ca export cup_proxy identity-certificate
end
enable
config t
crypto ca trustpoint cert_from_cup
enrollment terminal
no ca-check
crypto ca authenticate cert_from_cup
{cup.pem}quit
y
show crypto ca certificate
end
write memory
"""


@pytest.mark.normal
def test_the_seeds_inside_procedure(farm, tmp_path):
    d = farm(tmp_path / "d")
    cup = pki.make(pki.name("cup1.example.com"), private=pki.key("cup"))
    done = d.shell(seed(cup))
    assert done.status == 0
    for words in ("The name for the keys will be: cup_proxy_key",
                  "Keypair generation process begin. Please wait...",
                  "Include the device serial number in the subject name",
                  "Generate Self-Signed Certificate",
                  'End with the word "quit" on a line by itself',
                  "INFO: Certificate has the following attributes:",
                  "Do you accept this certificate",
                  "Trustpoint CA certificate accepted.",
                  "Status: Available"):
        assert words in done.out, f"{words!r} is missing\n{done}"
    exported = PEM.search(done.out)
    assert exported, done.out
    from cryptography import x509
    cert = x509.load_pem_x509_certificate(exported.group(0).encode())
    assert cert.subject.rfc4514_string() == "CN=10.0.0.1"
    assert cert.issuer == cert.subject
    assert cert.public_key().key_size == 2048
    shown = d.shell(commands=["show crypto ca certificates"]).out
    assert "cn=cup1.example.com" in shown.lower()
    assert re.search(r"Associated Trustpoints:.*cert_from_cup", shown)


def test_fingerprint_is_the_asas_md5(farm, tmp_path):
    import hashlib

    from cryptography.hazmat.primitives.serialization import Encoding
    d = farm(tmp_path / "d")
    ca = pki.authority("Fingerprint CA")
    done = d.shell("configure terminal\ncrypto ca trustpoint x\n"
                   "enrollment terminal\ncrypto ca authenticate x\n"
                   f"{ca.pem}quit\nyes\nend\n")
    md5 = hashlib.md5(ca.cert.public_bytes(Encoding.DER)).hexdigest()
    groups = " ".join(md5[i:i + 8] for i in range(0, 32, 8))
    assert groups in done.out


def test_refusing_the_fingerprint_installs_nothing(farm, tmp_path):
    d = farm(tmp_path / "d")
    ca = pki.authority("Refused CA")
    d.shell("configure terminal\ncrypto ca trustpoint x\n"
            "enrollment terminal\ncrypto ca authenticate x\n"
            f"{ca.pem}quit\nno\nend\n", ok=False)
    assert "Refused CA" not in d.shell(
        commands=["show crypto ca certificates"]).out


def test_non_ca_certificate_is_named_a_pin(farm, tmp_path):
    """Accepted, as the seed pastes it, but with a word on what it can do."""
    d = farm(tmp_path / "d")
    leaf = pki.make(pki.name("cup1.example.com"))
    done = d.shell("configure terminal\ncrypto ca trustpoint x\n"
                   "enrollment terminal\ncrypto ca authenticate x\n"
                   f"{leaf.pem}quit\nyes\nend\n")
    assert "no ca-check" in done.out
    assert "WARNING" in done.out


def test_terminal_enrollment_round_trip(farm, tmp_path):
    """Key, CSR, a CA's signature, import: the identity is usable."""
    from cryptography import x509
    d = farm(tmp_path / "d")
    ca = pki.authority("Round Trip CA")
    done = d.shell(f"""\
configure terminal
crypto key generate rsa label pub modulus 2048
crypto ca trustpoint pub
enrollment terminal
fqdn fed.example.com
subject-name CN=fed.example.com,O=Example,C=US
keypair pub
crypto ca authenticate pub
{ca.pem}quit
yes
crypto ca enroll pub
yes
no
yes
no
end
""", ok=False)
    m = re.search(r"-----BEGIN CERTIFICATE REQUEST-----\n.*?"
                  r"-----END CERTIFICATE REQUEST-----", done.out, re.S)
    assert m, done
    csr = x509.load_pem_x509_csr(m.group(0).encode())
    assert csr.is_signature_valid
    assert "CN=fed.example.com" in csr.subject.rfc4514_string()
    san = csr.extensions.get_extension_for_class(
        x509.SubjectAlternativeName).value
    assert san.get_values_for_type(x509.DNSName) == ["fed.example.com"]
    signed = pki.make(csr.subject, ca, san=("dns:fed.example.com",),
                      private=_Public(csr.public_key()))
    done = d.shell("configure terminal\ncrypto ca import pub certificate\n"
                   f"{signed.pem}quit\nend\n")
    assert "INFO: Certificate successfully imported" in done.out
    # Someone else's certificate does not fit the key pair.
    other = pki.leaf("fed.example.com", ca, private=pki.key("other"))
    done = d.shell("configure terminal\ncrypto ca import pub certificate\n"
                   f"{other.pem}quit\nend\n", ok=False)
    assert done.status != 0
    assert "717020" in d.log()


class _Public:
    """Stands for a private key of which only the public half is known."""

    def __init__(self, public):
        self._public = public

    def public_key(self):
        return self._public


def test_pkcs12_goes_out_and_in(farm, tmp_path):
    d = farm(tmp_path / "d")
    ident = pki.leaf("fed.example.com", pki.authority("P12 CA"))
    d.configure("crypto ca trustpoint a\n enrollment terminal\n"
                "crypto ca trustpoint b\n enrollment terminal\n")
    d.import_identity("a", ident)
    out = d.shell(commands=["crypto ca export a pkcs12 other-secret"]).out
    m = re.search(r"-----BEGIN PKCS12-----\n(.*?)-----END PKCS12-----", out,
                  re.S)
    assert m, out
    done = d.shell("configure terminal\ncrypto ca import b pkcs12 wrong\n"
                   f"{m.group(0)}\nquit\nend\n", ok=False)
    assert done.status != 0 and "717006" in d.log()
    d.shell("configure terminal\ncrypto ca import b pkcs12 other-secret\n"
            f"{m.group(0)}\nquit\nend\n")
    assert "717007" in d.log()


def test_keys_are_private_and_never_shown(farm, tmp_path):
    d = farm(tmp_path / "d")
    d.shell("configure terminal\n"
            "crypto key generate rsa label k modulus 2048\n"
            "crypto key generate ecdsa label e elliptic-curve 256\n"
            "end\nwrite memory\n")
    files = [os.path.join(w, n) for w, _, names in os.walk(d.state)
             for n in names]
    keys = [f for f in files if "/keys/" in f]
    assert len(keys) >= 2
    for f in files:
        assert stat.S_IMODE(os.stat(f).st_mode) == 0o600, f
    shown = d.shell(commands=["show crypto key mypubkey rsa",
                              "show running-config all"]).out
    assert "Key name: k" in shown
    assert "PRIVATE KEY" not in shown + d.log()


def test_write_memory_survives_a_restart(farm, tmp_path):
    d = farm(tmp_path / "d")
    d.configure("hostname kept\ndomain-name example.com\n", save=True)
    before = d.shell(commands=["show running-config"]).out
    d.stop()
    d.start()
    assert d.shell(commands=["show running-config"]).out == before
    with open(d.config, encoding="utf-8") as f:
        assert "hostname kept" in f.read()


@pytest.mark.parametrize("line,words", [
    ("shwo version", r"(?i)error|did you mean|invalid"),
    ("show versoin", r"version"),
    ("crypto ca enroll nosuch", r"nosuch"),
    ("configure terminal extra", r"(?i)error|extra|invalid"),
    ("show federation peer nosuch", r"nosuch"),
])
def test_a_wrong_command_fails_and_says_why(farm, tmp_path, line, words):
    d = farm(tmp_path / "d", workers=1)
    done = d.shell(commands=[line], ok=False)
    assert done.status != 0
    assert re.search(words, done.out + done.err), done


def test_one_failed_command_of_many_fails_the_shell(farm, tmp_path):
    d = farm(tmp_path / "d", workers=1)
    done = d.shell(commands=["show version", "nonsense", "show version"],
                   ok=False)
    assert done.status != 0
    assert d.shell(commands=["show version"]).status == 0


def test_shell_without_a_daemon():
    import subprocess
    p = subprocess.run([program("sipfed"), "-s", "/nonexistent/s", "-c",
                        "show version"], capture_output=True, text=True,
                       timeout=20, check=False)
    assert p.returncode != 0 and "/nonexistent/s" in p.stderr


def test_json_answers(farm, tmp_path):
    d = farm(tmp_path / "d", workers=1)
    assert d.show("version")["name"] == "sipfed"
    assert d.show("tls-proxy session")["sessions"] == []
