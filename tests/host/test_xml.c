/* What the XML reader lets through, what it refuses, and where it points. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/xml.h"

static void parses(struct xml_doc *doc, const char *text)
{
	struct error err = {0, ""};

	cr_assert_eq(xml_parse(doc, "f", text, strlen(text), &err), 0, "%s", err.text);
}

static void refuses_bytes(const char *text, size_t size, const char *sentence)
{
	struct error err = {0, ""};
	struct xml_doc doc;

	cr_expect_eq(xml_parse(&doc, "f", text, size, &err), ERR_INPUT, "%s", text);
	cr_expect(strncmp(err.text, sentence, strlen(sentence)) == 0, "%s: \"%s\"", text, err.text);
	cr_expect_null(doc.root);
}

static void refuses(const char *text, const char *sentence)
{
	refuses_bytes(text, strlen(text), sentence);
}

Test(xml, a_tree_with_places)
{
	const struct xml_element *b;
	struct xml_doc doc;

	parses(&doc, "\n<?xml version='1.0'?>\n<a x='1' y=\"&lt;&#65;&quot;\">\n <b/>\n  "
		     "<c>t<![CDATA[<u>]]></c><b n='2'/></a><!-- end -->\n");
	cr_expect_str_eq(doc.root->name, "a");
	cr_expect_eq(doc.root->place.line, 3);
	cr_expect_eq(doc.root->place.column, 1);
	cr_expect_str_eq(xml_attr(doc.root, "y"), "<A\"");
	cr_expect_null(xml_attr(doc.root, "z"));
	cr_expect_null(doc.root->text);
	b = xml_child(doc.root, "b", NULL);
	cr_expect_eq(b->place.line, 4);
	cr_expect_eq(b->place.column, 2);
	b = xml_child(doc.root, "b", b);
	cr_expect_str_eq(xml_attr(b, "n"), "2");
	cr_expect_null(xml_child(doc.root, "b", b));
	cr_expect_str_eq(xml_child(doc.root, "c", NULL)->text, "t<u>");
	cr_expect_eq(doc.comment.line, 0);
	xml_release(&doc);
	parses(&doc, "<a>\n<b>\n  <!-- inside --></b></a>");
	cr_expect_eq(doc.comment.line, 3);
	cr_expect_eq(doc.comment.column, 3);
	xml_release(&doc);
}

#define DTD "<!DOCTYPE a SYSTEM \"hwloc2.dtd\">\n"

Test(xml, no_entity_but_the_five)
{
	struct xml_doc doc;

	parses(&doc, DTD "<a b='&amp;&apos;'>&gt;&#x42;</a>");
	cr_expect_str_eq(xml_attr(doc.root, "b"), "&'");
	cr_expect_str_eq(doc.root->text, ">B");
	xml_release(&doc);
	/* expat drops the first two in silence, for the DTD might define them */
	refuses(DTD "<a>\n <b c='x&foo;y'/></a>", "f:3:2: & starts no entity");
	refuses(DTD "<a>\n  &foo;</a>", "f:3:3: & starts no entity");
	refuses("<a b='&foo;'/>", "f:1:1: & starts no entity");
	refuses("<a b='AT&T '/>", "f:1:9: & starts no entity");
	refuses("<a>x & y</a>", "f:1:6: & starts no entity");
	refuses("<a>&#0;</a>", "f:1:4: & starts no entity");
	refuses("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>", "f:1:13: the DOCTYPE defines");
	refuses("<!DOCTYPE a SYSTEM 'x' [<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]>\n<a/>",
		"f:1:24: the DOCTYPE defines");
}

Test(xml, what_is_not_xml_says_why)
{
	refuses("<a>\n<b x='1>\n</a>", "f:3:1: < starts no tag here: a closing quote is missing");
	refuses("<a>\n<b x='1'", "f:2:1: what begins here never ends");
	refuses("<a>\n<b>", "f:2:4: the file is cut off: <b> is still open");
	refuses("<a><b></a></b>", "f:1:9: this does not close <b>");
	refuses("<a/>\nx", "f:2:1: something follows the end of <a>");
	refuses("<a/><b/>", "f:1:5: something follows the end of <a>");
	refuses("<a x='1' x='2'/>", "f:1:");
	refuses("<a><?php ?></a>", "f:1:4: a processing instruction");
	refuses("<?xml version='1.0' encoding='latin1'?><a/>", "f:1:1: the encoding is not UTF-8");
	refuses("<a>\xe9</a>", "f:1:4: not UTF-8 text");
	refuses("<a>\xed\xa0\x80</a>", "f:1:4: not UTF-8 text");
	refuses("<a>\x01</a>", "f:1:4: control character 0x01");
	refuses_bytes("<a>\0</a>", 8, "f:1:4: control character 0x00");
}

Test(xml, depth_is_limited)
{
	char *text = xcalloc(7 * (XML_DEPTH_MAX + 1) + 1, 1);
	struct xml_doc doc;

	for (unsigned i = 0; i < XML_DEPTH_MAX; i++)
		strcat(text, "<a>");
	for (unsigned i = 0; i < XML_DEPTH_MAX; i++)
		strcat(text, "</a>");
	parses(&doc, text);
	cr_expect_eq(doc.nr_elements, XML_DEPTH_MAX);
	xml_release(&doc);
	text[0] = '\0';
	for (unsigned i = 0; i <= XML_DEPTH_MAX; i++)
		strcat(text, "<a>");
	refuses(text, "f:1:601: elements are nested more than 200 deep");
	free(text);
}

Test(xml, what_is_written_reads_the_same)
{
	struct xml_doc doc, again;
	struct xml_element *e;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	parses(&doc, "<a x='&lt;&#10;&#9;\"&amp;'><b>1 2 </b><c/></a>");
	xml_remove(xml_child(doc.root, "c", NULL));
	e = xml_add(&doc, doc.root, "d");
	xml_set(&doc, e, "k", "old");
	xml_set(&doc, e, "k", "<new>");
	xml_write(doc.root, f);
	fclose(f);
	cr_expect_str_eq(text, "<a x=\"&lt;&#10;&#9;&quot;&amp;\">\n  <b>1 2 </b>\n  "
			       "<d k=\"&lt;new&gt;\"/>\n</a>\n");
	parses(&again, text);
	cr_expect_str_eq(xml_attr(again.root, "x"), "<\n\t\"&");
	cr_expect_str_eq(xml_child(again.root, "b", NULL)->text, "1 2 ");
	xml_release(&again);
	xml_release(&doc);
	free(text);
}
