#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "CCurl.h"

// IANA's registries of special-purpose addresses, IPv4 and IPv6. The first match counts. An address without a match is public.

static const struct {
  uint32_t start;
  int length;
  address_kind kind;
} ranges4[] = {
    {0x00000000, 8, ADDRESS_UNSPECIFIED},  // "this network": 0.0.0.0 reaches this machine
    {0x7F000000, 8, ADDRESS_LOOPBACK},
    {0x0A000000, 8, ADDRESS_PRIVATE},
    {0xAC100000, 12, ADDRESS_PRIVATE},
    {0xC0A80000, 16, ADDRESS_PRIVATE},
    {0x64400000, 10, ADDRESS_PRIVATE},     // shared by a provider's customers (RFC 6598)
    {0xA9FE0000, 16, ADDRESS_LINK_LOCAL},  // clouds serve their credentials there
    {0xC0000000, 24, ADDRESS_RESERVED},    // protocol assignments
    {0xC0000200, 24, ADDRESS_RESERVED},    // documentation, like the next two
    {0xC6336400, 24, ADDRESS_RESERVED},
    {0xCB007100, 24, ADDRESS_RESERVED},
    {0xC0586300, 24, ADDRESS_RESERVED},    // 6to4 relays, deprecated
    {0xC6120000, 15, ADDRESS_RESERVED},    // benchmarks
    {0xE0000000, 4, ADDRESS_MULTICAST},
    {0xF0000000, 4, ADDRESS_RESERVED},     // includes the broadcast address
};

static address_kind kind4(uint32_t address) {
  for (size_t i = 0; i < sizeof ranges4 / sizeof *ranges4; i++)
    if ((address ^ ranges4[i].start) >> (32 - ranges4[i].length) == 0) return ranges4[i].kind;
  return ADDRESS_PUBLIC;
}

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/// IPv6 addresses that contain an IPv4 address, and its position in them.
static const struct {
  uint8_t start[12];
  int length;
  int place;
} holders[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, 12},        // mapped
    {{0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0}, 96, 12},     // NAT64 (RFC 6052)
    {{0x20, 0x02}, 16, 2},                                       // 6to4
};

static const struct {
  uint8_t start[4];
  int length;
  address_kind kind;
} ranges6[] = {
    {{0xFC}, 7, ADDRESS_PRIVATE},
    {{0xFE, 0x80}, 10, ADDRESS_LINK_LOCAL},
    {{0xFE, 0xC0}, 10, ADDRESS_PRIVATE},               // site-local, deprecated
    {{0xFF}, 8, ADDRESS_MULTICAST},
    {{0x20, 0x01, 0x00}, 23, ADDRESS_RESERVED},        // protocol assignments, including Teredo and benchmarks
    {{0x20, 0x01, 0x0D, 0xB8}, 32, ADDRESS_RESERVED},  // documentation, like the next
    {{0x3F, 0xFF, 0x00}, 20, ADDRESS_RESERVED},
};

static bool starts_with(const uint8_t *bytes, const uint8_t *start, int length) {
  if (memcmp(bytes, start, (size_t)length / 8) != 0) return false;
  int rest = length % 8;
  return rest == 0 || (bytes[length / 8] ^ start[length / 8]) >> (8 - rest) == 0;
}

static address_kind kind6(const uint8_t *bytes) {
  static const uint8_t zeros[16];
  if (memcmp(bytes, zeros, 16) == 0) return ADDRESS_UNSPECIFIED;
  if (memcmp(bytes, zeros, 15) == 0 && bytes[15] == 1) return ADDRESS_LOOPBACK;
  for (size_t i = 0; i < sizeof holders / sizeof *holders; i++)
    if (starts_with(bytes, holders[i].start, holders[i].length)) return kind4(big_endian(bytes + holders[i].place));
  for (size_t i = 0; i < sizeof ranges6 / sizeof *ranges6; i++)
    if (starts_with(bytes, ranges6[i].start, ranges6[i].length)) return ranges6[i].kind;
  // Only 2000::/3 is global unicast.
  return bytes[0] >> 5 == 1 ? ADDRESS_PUBLIC : ADDRESS_RESERVED;
}

address_kind address_kind_of(const struct sockaddr *address) {
  switch (address->sa_family) {
    case AF_INET: {
      struct sockaddr_in four;
      memcpy(&four, address, sizeof four);
      return kind4(ntohl(four.sin_addr.s_addr));
    }
    case AF_INET6: {
      struct sockaddr_in6 six;
      memcpy(&six, address, sizeof six);
      return kind6(six.sin6_addr.s6_addr);
    }
    default: return ADDRESS_UNKNOWN;
  }
}

/// Parses a numeric address. Returns its size in bytes, 4 or 16, or 0 for any other text.
static int bytes_of_text(const char *text, size_t length, uint8_t bytes[16]) {
  char inner[64];
  if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
    text++;
    length -= 2;
  }
  // The text after "%" is the interface.
  const char *zone = memchr(text, '%', length);
  if (zone != NULL) length = (size_t)(zone - text);
  if (length >= sizeof inner) return 0;
  memcpy(inner, text, length);
  inner[length] = '\0';
  if (inet_pton(AF_INET, inner, bytes) == 1) return 4;
  return inet_pton(AF_INET6, inner, bytes) == 1 ? 16 : 0;
}

address_kind address_kind_of_text(const char *text) {
  uint8_t bytes[16];
  switch (bytes_of_text(text, strlen(text), bytes)) {
    case 4: return kind4(big_endian(bytes));
    case 16: return kind6(bytes);
    default: return ADDRESS_UNKNOWN;
  }
}

bool address_is_within(const char *text, const char *range) {
  uint8_t one[16], start[16];
  const char *slash = strchr(range, '/');
  size_t range_length = slash != NULL ? (size_t)(slash - range) : strlen(range);
  int count = bytes_of_text(text, strlen(text), one);
  if (count == 0 || bytes_of_text(range, range_length, start) != count) return false;
  int length = count * 8;
  if (slash != NULL) {
    char *end = NULL;
    long digits = strtol(slash + 1, &end, 10);
    if (end == slash + 1 || *end != '\0' || digits < 0 || digits > length) return false;
    length = (int)digits;
  }
  return starts_with(one, start, length);
}
