/* SPDX-License-Identifier: Apache-2.0 */
/* RPC v2 CBOR (service model 3.3): the bodies of the AWS API in the form that its newer clients send, from
 * and to the tree that JSON gives, so that every operation has one handler and one table for both.
 *
 * Pure: bytes in, bytes out. libcbor decodes and encodes the single items; what they are put together to is
 * bounded here. */
#ifndef LOCAL_CBOR_H
#define LOCAL_CBOR_H

#include <cjson/cJSON.h>

#include "base/text.h"

/* How deep arrays and maps may lie in one another, and how many values a body may have: the smallest takes
 * one byte of the body and some 64 of memory. No input of the API comes near to either. */
#define LOCAL_CBOR_DEPTH_MAX  64
#define LOCAL_CBOR_VALUES_MAX 500000

/* The tree of a body, to be freed with cJSON_Delete(). An empty body stands for an empty map, as it does in
 * JSON. Tags are dropped: times are numbers in the tree. Texts and keys are UTF-8 without zero bytes; byte
 * strings are no part of any input that is emulated, and refused.
 * @param why  what is wrong, as a sentence for the client: "ends in the middle of a value". Static text.
 * @return NULL: it cannot be read, or there is no memory for the tree. */
cJSON *local_cbor_read(const char *bytes, size_t length, const char **why);

/* The tree as CBOR. Times get tag 1, and numbers that the API calls floats eight bytes; both are known by the
 * names of their members, which the API uses for nothing else.
 * @return false: out of memory. */
bool local_cbor_write(const cJSON *tree, glift__text *out);

#endif
