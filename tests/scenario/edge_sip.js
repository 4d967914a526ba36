// SPDX-License-Identifier: BSD-2-Clause
// An Edge on npm's `sip`, a third SIP stack: answers every request with 200,
// and after a SUBSCRIBE sends a MESSAGE of its own through the proxy.
'use strict';
const fs = require('fs');
const sip = require('sip');
const [own, proxy, cert, key, ca] = process.argv.slice(2);

const options = {
	address: own, tls_port: 5061, hostname: own, tcp: false, udp: false,
	tls: {
		cert: fs.readFileSync(cert), key: fs.readFileSync(key),
		ca: fs.readFileSync(ca), requestCert: true,
		rejectUnauthorized: true, servername: 'fed.example.com',
		localAddress: own, checkServerIdentity: () => undefined,
	},
};

function message() {
	sip.send({
		method: 'MESSAGE', uri: 'sip:bob@example.com',
		headers: {
			to: { uri: 'sip:bob@example.com' },
			from: { uri: 'sip:kim@contoso.com', params: { tag: 'npm' } },
			'call-id': 'npm-' + Date.now(),
			cseq: { method: 'MESSAGE', seq: 1 },
			route: [{ uri: 'sip:' + proxy + ':5061;transport=tls;lr' }],
			'content-type': 'text/plain',
		},
		content: 'hello from npm',
	}, (rs) => console.log('answered', rs.status));
}

sip.start(options, (rq) => {
	console.log('got', rq.method);
	sip.send(sip.makeResponse(rq, 200, 'OK'));
	if (rq.method === 'SUBSCRIBE')
		message();
});
console.log('ready');
