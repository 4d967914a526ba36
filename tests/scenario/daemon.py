# SPDX-License-Identifier: BSD-2-Clause
"""The real sipfedd on loopback, and the real shell that drives it."""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("SIPFED_BUILD", os.path.join(ROOT, "build"))
TROUBLE = re.compile(
    r"AddressSanitizer|LeakSanitizer|runtime error:|UndefinedBehavior"
    r"|\bAssertion\b|\bassert\b.*failed|core dumped")
SLOW = 60  # seconds: longest wait for anything under the sanitizers


def program(name):
    return os.path.join(BUILD, name)


def wait_for(what, get, seconds=SLOW, step=0.05):
    """Poll until get() is true; fail with `what` at the deadline."""
    end = time.monotonic() + seconds
    while True:
        value = get()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(step)


def children(pid):
    """Process ids below pid."""
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children",
                      encoding="ascii") as f:
                found += [int(p) for p in f.read().split()]
    return found


def title(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().replace(b"\0", b" ").decode().strip()
    return ""


def as_typed(text):
    """A configuration text as shell input: a block's end needs an exit."""
    out, inside = [], False
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("!"):
            continue
        if inside and not line.startswith(" "):
            out.append("exit")
        depth = len(line) - len(line.lstrip())
        inside = depth > 0
        out.append(line.strip())
    if inside:
        out.append("exit")
    return "\n".join(out) + "\n"


class Shell:
    """What one run of sipfed said."""

    def __init__(self, done):
        self.status, self.out, self.err = (
            done.returncode, done.stdout, done.stderr)

    def __str__(self):
        return f"exit {self.status}\n{self.out}\n{self.err}"


class Daemon:
    def __init__(self, folder, config="", workers=2):
        self.folder = str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.config = os.path.join(self.folder, "sipfed.conf")
        self.state = os.path.join(self.folder, "state")
        # A socket's path is short; pytest's folders are not.
        self.socket = os.path.join(self.folder, "s")
        if len(self.socket) > 100:
            self.socket = f"/tmp/sipfed-{os.getpid()}-{id(self):x}.sock"
        self.errors = os.path.join(self.folder, "stderr")
        self.workers, self.process = workers, None
        self.put_config(config)

    def put_config(self, text):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(text)

    # life

    def start(self):
        os.makedirs(self.state, mode=0o700, exist_ok=True)
        environment = dict(
            os.environ, UBSAN_OPTIONS="print_stacktrace=1",
            ASAN_OPTIONS="detect_leaks=1:abort_on_error=0")
        with open(self.errors, "ab") as log:
            self.process = subprocess.Popen(
                [program("sipfedd"), "-f", self.config, "-d", self.state,
                 "-s", self.socket, "-w", str(self.workers)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment)
        wait_for("the control socket", self.answers)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(
                f"sipfedd exited {self.process.returncode}:\n{self.log()}")
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(self.socket)
            except OSError:
                return False
        return True

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=20):
        """SIGTERM and its exit status; killed when it does not listen."""
        if not self.alive():
            return self.process.returncode if self.process else None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"sipfedd ignored SIGTERM for {seconds} s") from None
        finally:
            with contextlib.suppress(OSError):
                os.unlink(self.socket)

    def kill(self):
        """kill -9 of control and whatever it started."""
        below = children(self.pid)
        self.process.kill()
        self.process.wait(10)
        end = time.monotonic() + 5
        for pid in below:  # they follow by themselves, or with help
            while title(pid).startswith("sipfedd") and \
                    time.monotonic() < end:
                time.sleep(0.02)
            if title(pid).startswith("sipfedd"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def log(self):
        with open(self.errors, encoding="utf-8", errors="replace") as f:
            return f.read()

    def trouble(self):
        """Lines of the log that no test may leave behind."""
        return [x for x in self.log().splitlines() if TROUBLE.search(x)]

    def wait_log(self, pattern, seconds=SLOW, begin=0):
        return wait_for(f"log line {pattern!r}",
                        lambda: re.search(pattern, self.log()[begin:]),
                        seconds)

    # the shell

    def shell(self, text="", *, commands=(), json_out=False, ok=True,
              seconds=SLOW):
        argv = [program("sipfed"), "-s", self.socket]
        argv += ["-j"] if json_out else []
        for c in commands:
            argv += ["-c", c]
        done = Shell(subprocess.run(
            argv, input=text, capture_output=True, text=True,
            timeout=seconds, check=False))
        if ok:
            assert done.status == 0, f"shell failed on\n{text}\n{done}"
        return done

    def configure(self, text, *, ok=True, save=False):
        """Type a configuration text, then wait until all workers run it."""
        done = self.shell(
            "enable\nconfigure terminal\n" + as_typed(text) + "end\n" +
            ("write memory\n" if save else ""), ok=ok)
        if ok:
            self.settle()
        return done

    def show(self, command):
        return json.loads(self.shell(commands=["show " + command],
                                     json_out=True).out)

    def settled(self):
        d = self.show("federation")
        return len(d["workers"]) == self.workers and all(
            w["generation"] == d["generation"] for w in d["workers"])

    def settle(self):
        wait_for("all workers run the configuration", self.settled)

    def peer(self, name):
        return self.show("federation peer " + name)["peers"][0]

    def verdicts(self, name):
        return self.peer(name)["verdicts"]

    def worker_pids(self):
        return [w["pid"] for w in self.show("federation")["workers"]]

    # material

    def import_identity(self, trustpoint, cert):
        return self.shell(
            f"configure terminal\ncrypto ca import {trustpoint} pkcs12 "
            f"lab-secret\n{cert.p12()}quit\nend\n")

    def authenticate(self, trustpoint, cert):
        return self.shell(
            f"configure terminal\ncrypto ca authenticate {trustpoint}\n"
            f"{cert.pem}quit\nyes\nend\n")
