// SPDX-License-Identifier: BSD-2-Clause
// A partner on npm's `sip` over mutual TLS. One JSON argument: address, port,
// proxy, cert, key, ca, me, other. It answers SUBSCRIBE (with a NOTIFY),
// INVITE and MESSAGE; a line "go" on stdin makes it begin a MESSAGE and an
// INVITE session. Events are printed as JSON lines.
'use strict';

const fs = require('fs');
const readline = require('readline');
const sip = require('sip');

const o = JSON.parse(process.argv[2]);
const tell = (event, more) =>
	console.log(JSON.stringify(Object.assign({ event }, more)));
const unique = () => Math.random().toString(36).slice(2);
const contact = [{ uri: `sip:npm@${o.address}:${o.port};transport=tls` }];

// The next hop is the proxy, whatever the name in the URI: there is no DNS.
const hop = `<sip:${o.proxy}:5061;transport=tls;lr>`;
function send(m, done) {
	m.headers.route = [{ uri: hop.slice(1, -1) }].concat(
		(m.headers.route || []));
	sip.send(m, done);
}

function routes(headers) {
	return (headers['record-route'] || []);
}

function request(method, uri, from, to, more, content) {
	return {
		method, uri, content: content || '',
		headers: Object.assign({
			to, from, 'call-id': unique(),
			cseq: { method, seq: 1 }, 'max-forwards': 70, contact,
		}, more),
	};
}

function onSubscribe(rq) {
	const rs = sip.makeResponse(rq, 200, 'OK');
	rs.headers.to.params.tag = 'npm';
	rs.headers.contact = contact;
	rs.headers.expires = rq.headers.expires || 3600;
	sip.send(rs);
	const n = request('NOTIFY', rq.headers.contact[0].uri, rs.headers.to,
		rq.headers.from, {
			event: 'presence',
			'subscription-state': 'active;expires=3600',
			'content-type': 'application/pidf+xml',
			'call-id': rq.headers['call-id'],
			route: routes(rq.headers),
		}, '<presence/>');
	send(Object.assign(n, { headers: Object.assign(n.headers, {
		from: rs.headers.to, to: rq.headers.from }) }),
	(r) => tell('notified', { status: r.status }));
}

const answers = {
	SUBSCRIBE: onSubscribe,
	INVITE: (rq) => {
		const rs = sip.makeResponse(rq, 200, 'OK');
		rs.headers.to.params.tag = 'npm';
		rs.headers.contact = contact;
		sip.send(rs);
	},
	ACK: () => {},
};

sip.start({
	address: o.address, port: 0, udp: false, tcp: false,
	tls_port: o.port,
	tls: {
		key: fs.readFileSync(o.key), cert: fs.readFileSync(o.cert),
		ca: [fs.readFileSync(o.ca)], requestCert: true,
		rejectUnauthorized: true,
		// The address is dialled; the name is in the certificate.
		checkServerIdentity: () => undefined,
	},
	logger: {
		error: (e) => tell('error', { text: String(e && e.stack || e) }),
	},
}, (rq) => {
	tell('request', { method: rq.method, content: rq.content });
	(answers[rq.method] || ((m) => sip.send(sip.makeResponse(m, 200, 'OK'))))(rq);
});

function session() {
	const from = { uri: o.me, params: { tag: unique() } };
	const invite = request('INVITE', o.other, from, { uri: o.other });
	send(invite, (rs) => {
		if (rs.status < 200)
			return;
		tell('answer', { method: 'INVITE', status: rs.status });
		if (rs.status >= 300)
			return;
		const target = rs.headers.contact[0].uri;
		const route = routes(rs.headers).slice().reverse();
		const within = (method, seq) => request(method, target, from,
			rs.headers.to, {
				'call-id': invite.headers['call-id'],
				cseq: { method, seq }, route: route.slice(),
			});
		send(within('ACK', 1));
		send(within('BYE', 2), (r) =>
			tell('answer', { method: 'BYE', status: r.status }));
	});
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
	if (line !== 'go')
		return process.exit(0);
	const m = request('MESSAGE', o.other,
		{ uri: o.me, params: { tag: unique() } }, { uri: o.other },
		{ 'content-type': 'text/plain' }, 'from npm');
	send(m, (rs) => {
		tell('answer', { method: 'MESSAGE', status: rs.status });
		session();
	});
});
tell('ready');
