# SPDX-License-Identifier: BSD-2-Clause
"""kill -9 while keys and files are written: they are whole afterwards."""
import os
import random
import re
import stat
import subprocess
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import pki
from daemon import program, wait_for

ROUNDS = 12
PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\n.*?-----END \1-----\n",
                 re.S)


def check_file(path):
    """Whole: every PEM block in it loads, and nothing is cut off."""
    with open(path, "rb") as f:
        data = f.read()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path
    if not path.endswith(".pem"):
        return 0
    assert data.count(b"-----BEGIN ") == data.count(b"-----END "), path
    blocks = list(PEM.finditer(data))
    assert blocks, f"{path} is empty"
    for b in blocks:
        if b.group(1) == b"CERTIFICATE":
            x509.load_pem_x509_certificate(b.group(0))
        elif b"PRIVATE KEY" in b.group(1):
            load_pem_private_key(b.group(0), None)
    return len(blocks)


def check_state(d):
    names = [os.path.join(w, n) for w, _, files in os.walk(d.state)
             for n in files]
    return sum(check_file(n) for n in names if "/." not in n and
               not n.endswith(".tmp"))


def type_in(d, text):
    """A shell that may die with the daemon."""
    def run():
        try:
            subprocess.run([program("sipfed"), "-s", d.socket], input=text,
                           capture_output=True, text=True, timeout=60,
                           check=False)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            pass

    t = threading.Thread(target=run, daemon=True)
    t.start()
    return t


def script(kind, i, ident):
    return {
        "key": "configure terminal\n"
               f"crypto key generate rsa label k{i} modulus 2048\n"
               f"crypto key generate ecdsa label e{i} elliptic-curve 256\n"
               "end\n",
        "import": "configure terminal\n"
                  f"crypto ca trustpoint t{i}\nenrollment terminal\nexit\n"
                  f"crypto ca import t{i} pkcs12 lab-secret\n"
                  f"{ident.p12()}quit\nend\n",
        "write": "configure terminal\n" + "".join(
            f"hostname host{i}x{j}\nwrite memory\n" for j in range(30)) +
                 "end\n",
    }[kind]


@pytest.mark.limit(180)
@pytest.mark.parametrize("kind", ["key", "import", "write"])
def test_killed_at_any_instant(farm, tmp_path, kind):
    d = farm(tmp_path / "d", "hostname whole\n", workers=1)
    ident = pki.leaf("fed.example.com", pki.authority("Crash CA"))
    seed = random.randrange(1 << 30)
    rng = random.Random(seed)
    for i in range(ROUNDS):
        t = type_in(d, script(kind, i, ident))
        time.sleep(rng.uniform(0.0, 0.45))
        d.kill()
        t.join(60)
        check_state(d)
        check = subprocess.run(
            [program("sipfedd"), "-t", "-f", d.config, "-d",
             str(tmp_path / "none")], capture_output=True, text=True,
            env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"),
            timeout=30, check=False)
        assert check.returncode == 0, f"seed {seed}: {check.stdout}"
        d.start()
        wait_for("an answer", lambda: d.shell(
            commands=["show version"], ok=False).status == 0, 20)
        d.shell(commands=["show crypto key mypubkey rsa",
                          "show crypto ca certificates"])
    with open(d.config, encoding="utf-8") as f:
        assert re.search(r"(?m)^hostname (whole|host\d+x\d+)$", f.read())


def test_what_was_confirmed_is_kept(farm, tmp_path):
    """A command that succeeded before the kill has its effect after it."""
    d = farm(tmp_path / "d", workers=1)
    for i in range(5):
        d.shell("configure terminal\n"
                f"crypto key generate ecdsa label kept{i} elliptic-curve 256"
                f"\nhostname kept{i}\nend\nwrite memory\n")
        d.kill()
        d.start()
        keys = os.listdir(os.path.join(d.state, "keys"))
        assert f"kept{i}.pem" in keys
        assert f"hostname kept{i}" in d.shell(
            commands=["show running-config"]).out
