/* SPDX-License-Identifier: BSD-2-Clause */
/* What a peer's type presets, and the values that take effect. */
#include "conf/model.h"

#include "base/mem.h"

#include <string.h>

static const struct preset {
	enum conf_side side;
	enum conf_identity_check check;
	enum conf_eku eku;
} presets[] = {
	[CONF_PEER_GENERIC] = { CONF_SIDE_UNSET, CONF_ID_SAN_OR_CN,
	    CONF_EKU_ROLE },
	[CONF_PEER_IMP] = { CONF_SIDE_INSIDE, CONF_ID_CN, CONF_EKU_ROLE },
	[CONF_PEER_LYNC] = { CONF_SIDE_OUTSIDE, CONF_ID_SAN_OR_CN,
	    CONF_EKU_BOTH },
	[CONF_PEER_OCS] = { CONF_SIDE_OUTSIDE, CONF_ID_SAN_OR_CN,
	    CONF_EKU_BOTH },
	[CONF_PEER_AOL] = { CONF_SIDE_OUTSIDE, CONF_ID_CN, CONF_EKU_BOTH },
};

enum conf_side
conf_peer_side(const struct conf_peer *p)
{
	if (p->side != CONF_SIDE_UNSET)
		return p->side;
	if (presets[p->type].side != CONF_SIDE_UNSET)
		return presets[p->type].side;
	return p->interface.name != NULL && p->domains.n == 0 &&
		strcmp(p->interface.name, "inside") == 0
	    ? CONF_SIDE_INSIDE : CONF_SIDE_OUTSIDE;
}

enum conf_identity_check
conf_peer_identity_check(const struct conf_peer *p)
{
	return p->identity_check_set ? p->identity_check
				     : presets[p->type].check;
}

enum conf_eku
conf_peer_eku(const struct conf_peer *p)
{
	return p->eku_set ? p->eku : presets[p->type].eku;
}

/* The ASA's tokens, and what OpenSSL calls them. */
static const struct {
	const char *token, *openssl;
} ciphers[] = {
	{ "aes128-sha1", "AES128-SHA" },
	{ "aes256-sha1", "AES256-SHA" },
	{ "aes128-gcm", "AES128-GCM-SHA256" },
	{ "aes256-gcm", "AES256-GCM-SHA384" },
	{ "chacha20", "ECDHE+CHACHA20" },
	{ "default", "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:"
	  "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:"
	  "AES128-SHA:AES256-SHA" },
	{ "3des-sha1", "DES-CBC3-SHA" },
};

char *
conf_peer_cipher_list(const struct conf_peer *p)
{
	struct str rest = str_of(p->ciphers);
	struct buf out;
	char *list = NULL;
	size_t i;

	if (p->ciphers == NULL)
		return NULL;
	buf_init(&out, 4096);
	while (rest.n != 0) {
		struct str word = str_split(&rest, ' '), name = word;

		for (i = 0; i < countof(ciphers); i++)
			if (str_is(word, ciphers[i].token))
				name = str_of(ciphers[i].openssl);
		if (name.n != 0)
			buf_printf(&out, "%s%.*s", buf_len(&out) ? ":" : "",
			    STR_FMT(name));
	}
	buf_puts(&out, ":!aNULL:!eNULL:!NULL");
	if (buf_error(&out) == ERR_OK)
		list = str_dup(buf_str(&out));
	buf_fini(&out);
	return list;
}
