# SPDX-License-Identifier: BSD-2-Clause
"""Debian's Kamailio as a TLS federation node: users on UDP, sipfed on TLS."""
import os
import shutil
import socket
import subprocess

from daemon import wait_for

CONFIG = """\
#!KAMAILIO
# SPDX-License-Identifier: BSD-2-Clause
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
dns=no
rev_dns=no
enable_tls=yes
listen=udp:{address}:5060
listen=tls:{address}:5061
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tls.so"
loadmodule "kex.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "sanity.so"
modparam("tls", "config", "{folder}/tls.cfg")
modparam("rr", "enable_full_lr", 0)
modparam("rr", "append_fromtag", 0)

request_route {{
	if (!mf_process_maxfwd_header("70")) {{
		sl_send_reply("483", "Too Many Hops");
		exit;
	}}
	if (!sanity_check("1511", "7"))
		exit;
	if (is_method("CANCEL")) {{
		if (t_check_trans())
			route(NEXT);
		exit;
	}}
	if (has_totag()) {{
		loose_route();
	}} else {{
		remove_hf("Route");
		if (is_method("INVITE|SUBSCRIBE|NOTIFY"))
			record_route();
	}}
	route(NEXT);
}}

route[NEXT] {{
	if ($proto == "tls") {{
		$du = "sip:{user}";
		$fs = "udp:{address}:5060";
	}} else {{
		$du = "sip:{proxy}:5061;transport=tls";
		$fs = "tls:{address}:5061";
	}}
	t_relay();
	exit;
}}
"""
TLS = """\
[server:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
private_key = {key}
certificate = {cert}
ca_list = {ca}
[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
private_key = {key}
certificate = {cert}
ca_list = {ca}
"""


def missing():
    """Why it cannot be used here, or None."""
    if not shutil.which("kamailio"):
        return "kamailio is not installed"
    tls = "/usr/lib/x86_64-linux-gnu/kamailio/modules/tls.so"
    return None if os.path.exists(tls) else "kamailio has no TLS module"


class Kamailio:
    def __init__(self, folder, address, cert, key, ca, proxy, user):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.address = str(folder), address
        text = CONFIG.format(folder=self.folder, address=address,
                             proxy=proxy, user=user)
        self._put("kamailio.cfg", text)
        self._put("tls.cfg", TLS.format(cert=cert, key=key, ca=ca))
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["kamailio", "-f", self.folder + "/kamailio.cfg", "-DD",
                 "-E", "-m", "64", "-M", "8", "-Y", self.folder, "-P",
                 self.folder + "/pid"], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        wait_for("kamailio", self._up, 20)

    def _put(self, name, text):
        with open(os.path.join(self.folder, name), "w",
                  encoding="utf-8") as f:
            f.write(text)

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def _up(self):
        assert self.process.poll() is None, self.text()
        with socket.socket() as s:
            s.settimeout(1)
            try:
                s.connect((self.address, 5061))
            except OSError:
                return False
        return True

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
