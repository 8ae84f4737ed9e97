#include <string.h>

#include "zone/trace_rows.h"

/* clang-format off */
const struct trace_format *const trace_formats[] = {
	&trace_homenode,
	&trace_huawei,
	&trace_huawei_two_node,
	&trace_openb,
	&trace_gwa_t_12,
	&trace_gwa_t_12_condensed,
	&trace_azure,
	&trace_azure_vms,
	&trace_azure_batches,
	&trace_packing,
	&trace_packing_csv,
	&trace_google_2011,
	&trace_google_2019,
	&trace_alibaba_2017,
	&trace_alibaba_2018,
	&trace_alibaba_gpu_2020,
	&trace_alibaba_dlrm,
	&trace_slurm,
	&trace_kubernetes,
	&trace_openstack,
	&trace_libvirt,
	NULL,
};
/* clang-format on */

const struct trace_format *trace_format_find(const char *name)
{
	for (int i = 0; trace_formats[i]; i++)
		if (strcmp(trace_formats[i]->name, name) == 0)
			return trace_formats[i];
	return NULL;
}

const struct trace_column *trace_format_columns(const struct trace_format *f, unsigned form)
{
	if (!form && f->column)
		return f->column;
	return form < TRACE_FORMS_MAX && f->layout[form] ? f->layout[form]->column : NULL;
}
