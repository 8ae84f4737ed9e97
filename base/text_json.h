/* Text of any bytes as a string of JSON. */
#ifndef BASE_TEXT_JSON_H
#define BASE_TEXT_JSON_H

/* jansson's json_t; "?" for what is no UTF-8. */
struct json_t;
struct json_t *text_json(const char *text);

#endif
