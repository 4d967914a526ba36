# SPDX-License-Identifier: BSD-2-Clause
"""Starting, checking, stopping: what an administrator meets first."""
import os
import re
import signal
import stat
import subprocess

import pytest

from daemon import BUILD, children, program, title, wait_for


@pytest.mark.normal
def test_starts_without_any_configuration(farm, tmp_path):
    d = farm(tmp_path / "d", start=False)
    os.unlink(d.config)
    d.start()
    assert "sipfed Version" in d.shell(commands=["show version"]).out
    assert d.show("federation")["peers"] == []
    assert d.stop() == 0


def test_processes_and_permissions(farm, tmp_path):
    d = farm(tmp_path / "d", workers=2)
    wait_for("both workers", lambda: len(
        [p for p in children(d.pid)
         if title(p).startswith("sipfedd: worker")]) == 2)
    assert title(d.pid).startswith("sipfedd: control")
    titles = sorted(title(p) for p in children(d.pid))
    assert [t for t in titles if "worker" in t] == \
        ["sipfedd: worker 0", "sipfedd: worker 1"]
    mode = os.stat(d.socket).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


def test_sigterm_stops_all_processes(farm, tmp_path):
    d = farm(tmp_path / "d")
    wait_for("workers", lambda: len(d.worker_pids()) == 2)
    below = children(d.pid)
    assert below
    assert d.stop() == 0
    assert not os.path.exists(d.socket)
    wait_for("no process left", lambda: not any(
        title(p).startswith("sipfedd") for p in below), 5)


def test_second_daemon_on_the_same_socket_is_refused(farm, tmp_path):
    d = farm(tmp_path / "d")
    p = subprocess.run(
        [program("sipfedd"), "-f", d.config, "-d", d.state, "-s", d.socket],
        capture_output=True, text=True, timeout=30, check=False)
    assert p.returncode == 1
    d.shell(commands=["show version"])


def test_wrong_arguments():
    p = subprocess.run([program("sipfedd"), "-Z"], capture_output=True,
                       text=True, timeout=30, check=False)
    assert p.returncode == 2 and p.stderr


def test_the_build_exists():
    assert os.access(os.path.join(BUILD, "sipfedd"), os.X_OK)


# Each: name, text, line, column (or None), words of the message.
HEAD = "interface inside\n listen 127.0.0.1 port 5061\n"
TRUST = ("crypto ca trustpoint id\n enrollment terminal\n"
         "crypto ca trustpoint ca\n enrollment terminal\n")
FEDERATION = ("federation\n routing-fqdn fed.example.com\n"
              " domain example.com\n")
PEER = ("peer a\n type lync\n interface inside\n"
        " address sip.a.com port 5061\n fqdn sip.a.com\n domain a.com\n"
        " identity trust-point id\n validate trust-point ca\n")
WHOLE = TRUST + HEAD + FEDERATION + PEER
BROKEN = [
    ("unknown command", "hostname x\ninterfaec inside\n", 2, 1,
     r"interfaec|did you mean|interface"),
    ("did you mean", "interface inside\n lissten 127.0.0.1 port 5061\n",
     2, 2, r"listen"),
    ("port too large", "interface inside\n listen 127.0.0.1 port 70000\n",
     2, 24, r"70000|65535"),
    ("bad address", "interface inside\n listen 300.0.0.1 port 5061\n",
     2, 9, r"300\.0\.0\.1|address"),
    ("unknown trustpoint", WHOLE.replace("validate trust-point ca",
                                         "validate trust-point caa"),
     None, None, r"caa"),
    ("unknown interface", WHOLE.replace(" interface inside",
                                        " interface insid"),
     None, None, r"insid"),
    ("missing word", "federation\n routing-fqdn\n", 2, None,
     r"routing-fqdn|incomplete|missing|expected"),
    ("extra word", "hostname a b\n", 1, 12, r"b|extra|unexpected"),
    ("indented without a block", " listen 127.0.0.1 port 5061\n", 1, None,
     r"."),
    ("same listen twice", HEAD + "interface outside\n"
     " listen 127.0.0.1 port 5061\n", 4, None, r"127\.0\.0\.1|listen"),
    ("domain claimed twice", WHOLE + PEER.replace(
        "peer a", "peer b").replace("sip.a.com", "sip.b.com"),
     None, None, r"a\.com|peer b"),
    ("abbreviated in a file", "host x\n", 1, 1, r"host"),
]


@pytest.mark.normal
@pytest.mark.parametrize("text,line,column,words",
                         [b[1:] for b in BROKEN],
                         ids=[b[0].replace(" ", "-") for b in BROKEN])
def test_broken_file_is_named_precisely(tmp_path, text, line, column, words):
    path = tmp_path / "broken.conf"
    path.write_text(text)
    p = subprocess.run([program("sipfedd"), "-t", "-f", str(path)],
                       capture_output=True, text=True, timeout=30,
                       check=False)
    said = p.stdout + p.stderr
    assert p.returncode == 1, said
    found = re.findall(r"^%s:(\d+):(\d+): (.+)$" % re.escape(str(path)),
                       said, re.M)
    assert found, said
    fits = [f for f in found
            if (line is None or int(f[0]) == line) and
            (column is None or int(f[1]) == column) and
            re.search(words, f[2])]
    assert fits, f"wanted {line}:{column}: {words}\n{said}"
    # A reference is reported where it is written.
    if line is None:
        number = int(fits[0][0])
        assert re.search(words, text.splitlines()[number - 1]), said


def test_good_file_passes(tmp_path):
    path = tmp_path / "good.conf"
    path.write_bytes(b"\xef\xbb\xbf" + (
        "! a comment\r\nhostname edge1  \r\n" +
        TRUST + HEAD + FEDERATION + PEER).encode())
    p = subprocess.run([program("sipfedd"), "-t", "-f", str(path)],
                       capture_output=True, text=True, timeout=30,
                       check=False)
    assert p.returncode == 0, p.stdout + p.stderr


def test_broken_file_stops_the_start(farm, tmp_path):
    d = farm(tmp_path / "d", "interface inside\n listen x port 5061\n",
             start=False)
    p = subprocess.run(
        [program("sipfedd"), "-f", d.config, "-d", d.state, "-s", d.socket],
        capture_output=True, text=True, timeout=30, check=False)
    assert p.returncode == 1
    assert re.search(r"sipfed\.conf:2:9", p.stderr), p.stderr


def test_sigusr1_and_sighup_do_no_harm(farm, tmp_path):
    d = farm(tmp_path / "d", "hostname one\n")
    d.put_config("hostname two\n")
    d.process.send_signal(signal.SIGUSR1)
    d.process.send_signal(signal.SIGHUP)
    wait_for("the new host name", lambda: "hostname two" in d.shell(
        commands=["show running-config"]).out)
