#include "cli/state_flags.h"

#include <stdlib.h>
#include <string.h>

#include "backend-xen/xen.h"
#include "base/alloc.h"
#include "base/units.h"

/* "1.5" to 1500: a positive number with at most three decimals. */
static bool parse_milli(const char *text, uint32_t *out)
{
	size_t whole = strspn(text, "0123456789"), decimals = 0;
	uint32_t milli = 0;

	if (text[whole] == '.') {
		decimals = strspn(text + whole + 1, "0123456789");
		if (!decimals || text[whole + 1 + decimals])
			return false;
	} else if (text[whole]) {
		return false;
	}
	if (!whole || whole > 5 || decimals > 3)
		return false;
	for (const char *c = text; *c; c++) {
		if (*c != '.')
			milli = milli * 10 + (uint32_t)(*c - '0');
	}
	for (; decimals < 3; decimals++)
		milli *= 10;
	*out = milli;
	return milli > 0;
}

static int set_overcommit(struct host_state *s, const struct args *args, struct error *err)
{
	const char *text = args_string(args, "cpu-overcommit", NULL);
	uint32_t milli;
	uint64_t limit;

	if (!text)
		return 0;
	if (!parse_milli(text, &milli))
		return error_set(
			err, ERR_USAGE,
			"--cpu-overcommit: \"%s\" is not a number such as 1 or 1.5, at most "
			"three decimals",
			text);
	limit = (uint64_t)s->host->nr_cpus * milli / 1000;
	s->vcpus_limit = limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
	return 0;
}

/* One NODE=SIZE, by os_index; `said` are the nodes of those before it. */
static int set_free(struct host_state *s, nodeset *said, const char *item, struct error *err)
{
	char *end;
	unsigned long os_index = strtoul(item, &end, 10);
	int64_t bytes;
	int node;

	if (*item < '0' || *item > '9' || *end != '=' || !bytes_parse_option(end + 1, &bytes))
		return error_set(err, ERR_USAGE, "--free: \"%s\" is not NODE=SIZE, such as 0=12GiB",
				 item);
	node = os_index > UINT32_MAX ? -1 : host_find_node(s->host, (unsigned)os_index);
	if (node < 0)
		return error_set(err, ERR_USAGE, "--free: host %s has no node %lu", s->host->name,
				 os_index);
	if (nodeset_has(*said, (unsigned)node))
		return error_set(err, ERR_USAGE, "--free: node %lu is there twice", os_index);
	*said |= nodeset_of((unsigned)node);
	if (bytes > s->host->node[node].memory_bytes) {
		char have[32];

		return error_set(err, ERR_USAGE,
				 "--free: node %lu of host %s has %s of memory only", os_index,
				 s->host->name,
				 bytes_text(s->host->node[node].memory_bytes, have, sizeof(have)));
	}
	host_state_set_free(s, (unsigned)node, bytes);
	return 0;
}

static int set_free_list(struct host_state *s, nodeset *said, const char *list, struct error *err)
{
	int rc = 0;

	while (!rc) {
		size_t n = strcspn(list, ",");
		char *item = xstrndup(list, n);

		rc = set_free(s, said, item, err);
		free(item);
		if (!list[n])
			break;
		list += n + 1;
	}
	return rc;
}

int state_from_flags(const struct args *args, const struct host *host, struct host_state *out,
		     struct error *err)
{
	int64_t dom0 = 0;
	nodeset said = 0;
	int rc;

	host_state_init(out, host);
	rc = args_bytes(args, "dom0-memory", &dom0, err);
	if (!rc && host_is_xen(host))
		rc = dom0 ? error_set(err, ERR_USAGE,
				      "--dom0-memory: host xen says itself what is free")
			  : xen_host_state(out, err);
	else if (!rc)
		rc = host_state_take_dom0(out, dom0, 0, err);
	if (!rc)
		rc = set_overcommit(out, args, err);
	for (const char *const *list = args_strings(args, "free"); !rc && *list; list++)
		rc = set_free_list(out, &said, *list, err);
	return rc;
}
