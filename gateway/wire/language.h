/* The three languages of everything a person reads. */
#ifndef GATEWAY_WIRE_LANGUAGE_H
#define GATEWAY_WIRE_LANGUAGE_H

enum wire_language { WIRE_KK = 0, WIRE_RU, WIRE_EN };

enum { WIRE_LANGUAGE_COUNT = WIRE_EN + 1 };

#endif
