#include "report/html.h"

#include <inttypes.h>

#include "report/text.h"

static void begin_table(const char *caption, const char *class, FILE *out)
{
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	print_xml_text(caption, out);
	fprintf(out, "\">\n<table%s>\n<caption><span>", class);
	print_xml_text(caption, out);
	fputs("</span></caption>\n<thead><tr>", out);
}

void html_begin_table(const char *caption, FILE *out)
{
	begin_table(caption, " class=\"sort\"", out);
}

void html_begin_plain_table(const char *caption, FILE *out)
{
	begin_table(caption, "", out);
}

void html_heading(const char *name, bool text, FILE *out)
{
	fprintf(out, "<th scope=\"col\"%s>", text ? " class=\"t\"" : "");
	print_xml_text(name, out);
	fputs("</th>", out);
}

void html_text_cell(const char *text, bool row_heading, FILE *out)
{
	fputs(row_heading ? "<th scope=\"row\" class=\"t\">" : "<td class=\"t\">", out);
	print_xml_text(text, out);
	fputs(row_heading ? "</th>" : "</td>", out);
}

void html_figure_cell(int64_t value, const char *class, FILE *out)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	html_marked_cell(value, text, class, out);
}

void html_end_table(FILE *out)
{
	fputs("</tbody>\n</table>\n</div>\n", out);
}

void html_begin_rows(const char *id, FILE *out)
{
	fputs("</tr></thead>\n<tbody", out);
	if (id)
		fprintf(out, " id=\"%s\"", id);
	fputs(">\n", out);
}

void html_shown_cell(int64_t value, const char *text, FILE *out)
{
	html_marked_cell(value, text, NULL, out);
}

void html_marked_cell(int64_t value, const char *text, const char *class, FILE *out)
{
	fprintf(out, "<td data-v=\"%" PRId64 "\"", value);
	if (class)
		fprintf(out, " class=\"%s\" title=\"%s\"", class, class);
	fputs(">", out);
	print_xml_text(text, out);
	fputs("</td>", out);
}

void html_begin_fold(const char *summary, FILE *out)
{
	fputs("<details>\n<summary>", out);
	print_xml_text(summary, out);
	fputs("</summary>\n", out);
}

void html_end_fold(FILE *out)
{
	fputs("</details>\n", out);
}
