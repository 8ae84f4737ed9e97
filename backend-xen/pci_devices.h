/* PCI devices with the node that the hypervisor knows for them. */
#ifndef BACKEND_XEN_PCI_DEVICES_H
#define BACKEND_XEN_PCI_DEVICES_H

#include "backend-xen/connection.h"
#include "host/host.h"

/*
 * Network, storage, display and accelerator functions (PCI base classes 02, 01, 03,
 * 0b and 12; the others pass no data of a zone). Class, ids and names are those of
 * dom0's sysfs, which knows them while pciback holds the device too. What cannot be
 * read becomes a warning of the host. h->node must be filled in.
 */
void pci_devices_fill(struct xen *x, struct host *h);

#endif
