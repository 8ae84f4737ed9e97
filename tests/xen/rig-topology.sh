#!/bin/sh
# In dom0: what the hypervisor sees of its host.
xl info -n
