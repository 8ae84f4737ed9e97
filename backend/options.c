#include "backend/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend_impl.h"
#include "base/alloc.h"
#include "base/nearest.h"

#define OPTIONS_MAX 32

static const struct backend_option *find(const struct backend_option *option, const char *key)
{
	for (; option && option->key; option++)
		if (strcmp(option->key, key) == 0)
			return option;
	return NULL;
}

const struct backend_option *backend_option_find(const struct backend_ops *ops, const char *key)
{
	return find(ops->option, key);
}

static int unknown(const char *backend, const struct backend_option *option, const char *key,
		   struct error *err)
{
	const char *names[OPTIONS_MAX + 1] = {NULL}, *near;
	char *known = xstrdup("");
	size_t nr = 0;
	int rc;

	for (; option && option->key; option++, nr++) {
		char *longer = xasprintf("%s%s%s", known,
					 !nr		 ? ""
					 : option[1].key ? ", "
							 : " and ",
					 option->key);

		BUG_ON(nr == OPTIONS_MAX);
		names[nr] = option->key;
		free(known);
		known = longer;
	}
	near = nearest_name(key, names);
	if (near)
		rc = error_set(err, ERR_USAGE,
			       "the %s backend has no option \"%s\"; did you mean \"%s\"?", backend,
			       key, near);
	else
		rc = error_set(err, ERR_USAGE, "the %s backend has no option \"%s\"; it has %s",
			       backend, key, nr ? known : "none");
	free(known);
	return rc;
}

int backend_options_read(const char *backend, const struct backend_option *option, char *text,
			 void *out, struct error *err)
{
	int rc = 0;

	if (option && option->key && !*option->key)
		return option->read(out, option, text, err);
	while (!rc && *text) {
		char *key = text, *value = text + strcspn(text, "=,"), *end;
		const struct backend_option *o;

		if (*value != '=')
			return error_set(err, ERR_USAGE,
					 "\"%.*s\" among the %s backend's options is no key=value",
					 (int)(value - key), key, backend);
		*value++ = '\0';
		o = find(option, key);
		if (!o)
			return unknown(backend, option, key, err);
		end = value + (o->rest ? strlen(value) : strcspn(value, ","));
		text = end + (*end == ',');
		*end = '\0';
		rc = o->read(out, o, value, err);
		if (rc && err)
			error_prefix(err, "the %s backend", backend);
	}
	return rc;
}

int backend_option_word(const struct backend_option *o, const char *value, unsigned *out,
			struct error *err)
{
	const char *word = o->value;
	size_t n = strlen(value);

	for (unsigned i = 0; *word; i++) {
		size_t len = strcspn(word, "|");

		if (len == n && memcmp(word, value, n) == 0) {
			*out = i;
			return 0;
		}
		word += len + (word[len] == '|');
	}
	return error_set(err, ERR_USAGE, "option %s takes %s, not \"%s\"", o->key, o->value, value);
}

int backend_option_number(const struct backend_option *o, const char *value, int64_t min,
			  int64_t max, int64_t *out, struct error *err)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(value, &end, 10);
	if (errno || end == value || *end || v < min || v > max)
		return error_set(err, ERR_USAGE,
				 "option %s takes a number from %lld to %lld, not \"%s\"", o->key,
				 (long long)min, (long long)max, value);
	*out = v;
	return 0;
}

char *backend_options_text(const struct backend_ops *ops, const struct backend_offer *offer,
			   const char *given)
{
	char *text = xstrdup(""), *longer;

	for (; offer->key; offer++) {
		if (!offer->value || !backend_option_find(ops, offer->key))
			continue;
		longer = xasprintf("%s%s%s=%s", text, *text ? "," : "", offer->key, offer->value);
		free(text);
		text = longer;
	}
	longer = xasprintf("%s%s%s", text, *text && *given ? "," : "", given);
	free(text);
	return longer;
}
