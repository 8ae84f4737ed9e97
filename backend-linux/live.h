/* This machine as a source of samples: QEMU's guests and containers, on Linux' own nodes. */
#ifndef BACKEND_LINUX_LIVE_H
#define BACKEND_LINUX_LIVE_H

#include "live/source.h"

extern const struct live_source_ops live_this;

#endif
