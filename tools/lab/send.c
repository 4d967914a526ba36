/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing requests and responses in the shapes of the two roles. The Edge's
 * are on purpose everything that a proxy has to survive: names of odd case,
 * Content-Length in the middle, a Via without branch below the others.
 */
#include "tools/lab/dialog.h"

#include "base/mem.h"

#include <openssl/evp.h>
#include <string.h>

enum { MESSAGE_MOST = TEXT_HEAD + TEXT_BODY };

static void
digest(char *dst, struct str body)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0, i;

	memset(md, 0, sizeof(md));
	EVP_Digest(body.p, body.n, md, &n, EVP_sha256(), NULL);
	for (i = 0; i < 8; i++)
		snprintf(dst + 2 * i, 3, "%02x", md[i]);
}

bool
dialog_body_whole(const struct text *t)
{
	struct str said = text_get(t, "X-Lab-Digest", 0);
	char is[17];

	digest(is, t->body);
	return said.n == 0 || str_equal(said, str_of(is));
}

static bool
starts_dialog(const struct dialog *d, const char *method)
{
	return d->remote_tag[0] == '\0' && d->kind != DIALOG_PROBE;
}

static void
head_imp(struct buf *b, const struct lab *l, const struct dialog *d,
    const struct ask *a, const char *branch, unsigned cseq)
{
	buf_printf(b, "Via: SIP/2.0/TLS %s:%u;branch=%s\r\n", l->o.host,
	    l->o.port, branch);
	buf_printf(b, "Max-Forwards: %s\r\n", a->hops ? a->hops : "70");
	buf_puts(b, d->route);
	buf_printf(b, "From: %s\r\nTo: %s\r\n", d->local, d->remote);
	buf_printf(b, "Call-ID: %s\r\nCSeq: %u %s\r\n", d->call_id, cseq,
	    a->method);
	buf_puts(b, "User-Agent: sipfed-lab (imp)\r\n");
}

static void
head_edge(struct buf *b, const struct lab *l, const struct dialog *d,
    const struct ask *a, const char *branch, unsigned cseq)
{
	size_t n = a->body != NULL ? strlen(a->body) : 0;
	char own[1024];

	dialog_own_route(l, own, sizeof(own));
	buf_printf(b,
	    "Via: SIP/2.0/TLS %s:%u;branch=%s;branched=FALSE"
	    ";ms-internal-info=\"ab-_x9\"\r\n",
	    l->o.host, l->o.port, branch);
	buf_printf(b, "MAX-FORWARDS: %s\r\nContent-Length: %zu\r\n",
	    a->hops ? a->hops : "67", n);
	buf_puts(b,
	    "Via: SIP/2.0/TLS 10.55.55.33:47696"
	    ";branch=z9hG4bKC45BE092.1A435385;branched=FALSE"
	    ";ms-received-port=47696;ms-received-cid=200\r\n"
	    "Via: SIP/2.0/tls 10.55.55.22:4317"
	    ";ms-received-port=4317;ms-received-cid=67F00\r\n");
	buf_puts(b, d->route);
	if (starts_dialog(d, a->method))
		buf_printf(b, "RECORD-ROUTE: %s\r\n", own);
	buf_printf(b, "From: %s\r\nTo: %s\r\n", d->local, d->remote);
	buf_printf(b, "CALL-ID: %s\r\nCSEQ: %u %s\r\n", d->call_id, cseq,
	    a->method);
	buf_puts(b, "User-Agent: UCCAPI/15.0.4971.1000 "
		    "OC/15.0.4971.1000 (Microsoft Lync)\r\n"
		    "ms-asserted-verification-level: "
		    "ms-source-verified-user=verified\r\n");
}

static void
tail(struct buf *b, const struct lab *l, const char *extra, const char *type,
    const char *body)
{
	char sum[17];

	if (extra != NULL)
		buf_puts(b, extra);
	if (body != NULL) {
		digest(sum, str_of(body));
		buf_printf(b, "X-Lab-Digest: %s\r\nContent-Type: %s\r\n", sum,
		    type);
	}
	if (l != NULL)
		buf_printf(b, "Content-Length: %zu\r\n",
		    body != NULL ? strlen(body) : 0);
	buf_puts(b, "\r\n");
	if (body != NULL)
		buf_puts(b, body);
}

static unsigned
cseq_of(struct dialog *d, const char *method)
{
	if (strcmp(method, "ACK") == 0)
		return d->invite_cseq;
	if (strcmp(method, "INVITE") == 0)
		d->invite_cseq = d->local_cseq;
	else if (d->remote_tag[0] != '\0')
		d->local_cseq++;
	return d->local_cseq;
}

static void
build(struct buf *b, const struct lab *l, const struct dialog *d,
    const struct ask *a, const char *branch, unsigned cseq)
{
	char contact[1024];
	bool edge = l->o.role == ROLE_EDGE;

	dialog_contact(l, contact, sizeof(contact));
	buf_printf(b, "%s %s SIP/2.0\r\n", a->method, d->target);
	(edge ? head_edge : head_imp)(b, l, d, a, branch, cseq);
	if (strcmp(a->method, "NEGOTIATE") != 0)
		buf_printf(b, "Contact: <%s>\r\n", contact);
	tail(b, edge ? NULL : l, a->extra, a->type, a->body);
}

static struct txn *
new_txn(struct lab *l, struct dialog *d, const struct ask *a)
{
	struct txn **at = &l->txns[l->next_txn++ % TXNS];
	struct txn *x = *at;
	char id[33];

	if (x != NULL) {
		mem_free(x->request);
		mem_free(x->response);
		mem_free(x);
	}
	*at = x = mem_new(struct txn);
	if (x == NULL)
		return NULL;
	lab_random(id, 24);
	snprintf(x->branch, sizeof(x->branch), "z9hG4bK%s", id);
	str_copy(x->method, sizeof(x->method), str_of(a->method));
	x->hope = a->hope;
	x->dialog = d;
	x->deadline = lab_now() + l->o.timeout_ms;
	x->cseq = cseq_of(d, a->method);
	x->settled = strcmp(a->method, "ACK") == 0;
	return x;
}

struct txn *
dialog_ask(struct lab *l, struct dialog *d, const struct ask *a)
{
	struct link *k = a->link != NULL ? a->link : link_pick(l);
	struct txn *x = k != NULL ? new_txn(l, d, a) : NULL;
	struct buf b;

	if (x == NULL) {
		lab_unexpected(l, "no connection for %s", a->method);
		return NULL;
	}
	buf_init(&b, MESSAGE_MOST);
	build(&b, l, d, a, x->branch, x->cseq);
	x->request = str_dup(buf_str(&b));
	if (x->request != NULL && buf_error(&b) == ERR_OK)
		link_send(l, k, buf_str(&b));
	buf_fini(&b);
	return x;
}

static void
copy_all(struct buf *b, const struct text *t, const char *name)
{
	size_t i;

	for (i = 0;; i++) {
		struct str v = text_get(t, name, i);

		if (v.n == 0)
			return;
		buf_printf(b, "%s: %.*s\r\n", name, STR_FMT(v));
	}
}

void
dialog_answer(struct lab *l, struct link *k, const struct text *t,
    const struct dialog *d, unsigned status, const char *reason,
    const char *extra, const char *type, const char *body)
{
	char text[1024];
	struct str to = text_get(t, "To", 0);
	struct buf b;

	buf_init(&b, MESSAGE_MOST);
	buf_printf(&b, "SIP/2.0 %u %s\r\n", status, reason);
	copy_all(&b, t, "Via");
	if (d != NULL && status > 100 && status < 300) {
		dialog_own_route(l, text, sizeof(text));
		if (*text != '\0')
			buf_printf(&b, "Record-Route: %s\r\n", text);
		copy_all(&b, t, "Record-Route");
		dialog_contact(l, text, sizeof(text));
		buf_printf(&b, "Contact: <%s>\r\n", text);
	}
	copy_all(&b, t, "From");
	buf_printf(&b, "To: %.*s", STR_FMT(to));
	if (status > 100 && text_param(to, "tag").n == 0)
		buf_printf(&b, ";tag=%s", d != NULL ? d->local_tag : "none");
	buf_puts(&b, "\r\n");
	copy_all(&b, t, "Call-ID");
	copy_all(&b, t, "CSeq");
	tail(&b, l, extra, type, body);
	if (buf_error(&b) == ERR_OK)
		link_send(l, k, buf_str(&b));
	buf_fini(&b);
}
