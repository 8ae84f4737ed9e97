/*
 * The smallest machine that keeps the contract, written from backend/backend.h and
 * backend/backend_impl.h alone: zones are entries in books, each exactly where its plan
 * expects it. Begin a new machine with a copy of it.
 */
#ifndef TESTS_CONTRACT_SHELF_H
#define TESTS_CONTRACT_SHELF_H

#include "backend/backend_impl.h"

extern const struct backend_ops shelf_backend;

#endif
