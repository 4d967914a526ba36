# SPDX-License-Identifier: BSD-2-Clause
"""sipfed-lab as a process: started against a federation, asked how it went."""
import os
import signal
import subprocess

from daemon import program


class Lab:
    def __init__(self, fed, kind, *options, domain_peer=None):
        inside = kind == "imp"
        who = "cup" if inside else "edge"
        at = fed.at[who]
        side = fed.at["inside" if inside else "outside"]
        cert, key = fed.files[who]
        ca = fed.files["inside" if inside else "ca"][0]
        argv = [program("sipfed-lab"), kind, "--listen", at + ":5061",
                "--connect", side + ":5061", "--from", at, "--cert", cert,
                "--key", key, "--ca", ca,
                "--domain", "example.com" if inside else "contoso.com",
                "--user", "bob" if inside else "kim",
                "--peer-domain", "contoso.com" if inside else "example.com",
                "--peer-user", "kim" if inside else "bob"]
        if not inside:
            argv += ["--peer-name", "fed.example.com", "--fqdn",
                     "sip.contoso.com"]
        self.output = os.path.join(str(fed.folder), f"{kind}.txt")
        self.ladder = os.path.join(str(fed.folder), f"{kind}.json")
        with open(self.output, "wb") as out:
            self.process = subprocess.Popen(
                [*argv, "--ladder", self.ladder, *options],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def text(self):
        with open(self.output, encoding="utf-8", errors="replace") as f:
            return f.read()

    def finish(self, seconds=60):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.close()
            raise AssertionError("sipfed-lab does not end:\n" +
                                 self.text()) from None

    def assert_done(self, seconds=60):
        assert self.finish(seconds) == 0, self.text()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
