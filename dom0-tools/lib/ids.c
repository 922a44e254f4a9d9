/* SPDX-License-Identifier: MIT */
/* ids.c - names, UUIDs, MAC addresses, disk numbers, CPU lists; config.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/say.h"

bool uuid_parse(const char *s, uint8_t out[16])
{
    unsigned int i, n = 0;

    if (strlen(s) != UUID_TEXT - 1)
        return false;
    for (i = 0; i < UUID_TEXT - 1; i++) {
        char hex[3] = { s[i], s[i + 1], 0 };

        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (s[i] != '-')
                return false;
            continue;
        }
        if (!isxdigit((unsigned char)hex[0]) ||
            !isxdigit((unsigned char)hex[1]))
            return false;
        out[n++] = (uint8_t)strtoul(hex, NULL, 16);
        i++;
    }
    return n == 16;
}

void uuid_random(uint8_t out[16])
{
    if (getrandom(out, 16, 0) != 16) {
        fail("the kernel gives no random bytes");
        exit(1);
    }
    out[6] = (out[6] & 0x0f) | 0x40; /* RFC 4122, version 4 */
    out[8] = (out[8] & 0x3f) | 0x80;
}

void uuid_format(const uint8_t u[16], char out[UUID_TEXT])
{
    unsigned int i;
    char *p = out;

    for (i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        p += sprintf(p, "%02x", u[i]);
    }
}

bool mac_parse(const char *s, uint8_t out[6])
{
    unsigned int i;

    for (i = 0; i < 6; i++, s += 3) {
        char hex[3] = { s[0], s[0] ? s[1] : '\0', 0 };

        if (!isxdigit((unsigned char)hex[0]) ||
            !isxdigit((unsigned char)hex[1]))
            return false;
        if (s[2] != (i < 5 ? ':' : '\0') && !(i < 5 && s[2] == '-'))
            return false;
        out[i] = (uint8_t)strtoul(hex, NULL, 16);
    }
    return true;
}

void mac_format(const uint8_t m[6], char out[MAC_TEXT])
{
    snprintf(out, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
             m[3], m[4], m[5]);
}

void mac_derive(const uint8_t uuid[16], unsigned int index, uint8_t out[6])
{
    uint64_t h = 0xcbf29ce484222325; /* FNV-1a over UUID and index */
    unsigned int i;

    for (i = 0; i < 16 + sizeof(index); i++) {
        h ^= i < 16 ? uuid[i] : (index >> (8 * (i - 16))) & 0xff;
        h *= 0x100000001b3;
    }
    h ^= h >> 29;
    out[0] = 0x00; /* Xen's own prefix */
    out[1] = 0x16;
    out[2] = 0x3e;
    out[3] = (h >> 16) & 0x7f; /* the upper half is for hosts' own use */
    out[4] = (h >> 8) & 0xff;
    out[5] = h & 0xff;
}

const char *name_fault(const char *name)
{
    const char *p;
    bool digits = true;

    if (!*name)
        return "it is empty";
    if (strlen(name) > 128)
        return "it is longer than 128 bytes";
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "it names a directory";
    if (strcmp(name, "Domain-0") == 0)
        return "it is the control domain's";
    for (p = name; *p; p++) {
        if (*p == '/')
            return "it has a '/'";
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return "it has a control character";
        digits = digits && isdigit((unsigned char)*p);
    }
    return digits ? "a number is taken for a domain id" : NULL;
}

/* Linux's numbering of disks; from number 16 (xvdq) on, the extended one. */
#define XVD_MAJOR 202u
#define EXTENDED (1u << 28)

static const unsigned int hd_majors[] = { 3, 22, 33, 34 };

/* Letters after the prefix: a is 0, z 25, aa 26, zz 701. */
static bool disk_letters(const char **s, uint32_t *disk)
{
    uint32_t n = 0, letters = 0;

    while (islower((unsigned char)**s) && letters < 3) {
        n = n * 26 + (uint32_t)(**s - 'a') + 1;
        letters++;
        (*s)++;
    }
    *disk = n - 1;
    return letters == 1 || letters == 2;
}

bool vdev_number(const char *vdev, uint32_t *out)
{
    const char *s = vdev;
    uint32_t disk;
    uint64_t part = 0, raw;
    char kind;

    if (str_number(vdev, 10, 0x1fffffff, &raw) ||
        (str_has_prefix(vdev, "0x") && str_number(vdev, 16, 0x1fffffff, &raw))) {
        *out = (uint32_t)raw;
        return true;
    }
    if (str_has_prefix(s, "/dev/"))
        s += 5;
    if (str_has_prefix(s, "xvd"))
        kind = 'x';
    else if (str_has_prefix(s, "sd") || str_has_prefix(s, "hd"))
        kind = s[0];
    else
        return false;
    s += kind == 'x' ? 3 : 2;
    if (!disk_letters(&s, &disk) || (*s && (*s == '0' ||
        !str_number(s, 10, 255, &part))))
        return false;
    if (kind == 'x') {
        if (disk < 16 && part < 16)
            *out = XVD_MAJOR << 8 | disk << 4 | (uint32_t)part;
        else
            *out = EXTENDED | disk << 8 | (uint32_t)part;
        return true;
    }
    if (kind == 's') {
        *out = 8 << 8 | disk << 4 | (uint32_t)part;
        return disk < 16 && part < 16;
    }
    if (disk >= 8 || part >= 64)
        return false;
    *out = hd_majors[disk / 2] << 8 | (disk & 1) << 6 | (uint32_t)part;
    return true;
}

char *vdev_name(uint32_t number)
{
    uint32_t disk, part;
    char letters[3] = { 0 };

    if (number & EXTENDED) {
        disk = (number >> 8) & 0xfffff;
        part = number & 0xff;
    } else if (number >> 8 == XVD_MAJOR) {
        disk = (number >> 4) & 15;
        part = number & 15;
    } else {
        return str_fmt("%u", number);
    }
    if (disk >= 26 * 27)
        return str_fmt("%u", number);
    if (disk >= 26) {
        letters[0] = (char)('a' + disk / 26 - 1);
        letters[1] = (char)('a' + disk % 26);
    } else {
        letters[0] = (char)('a' + disk);
    }
    return part ? str_fmt("xvd%s%u", letters, part) : str_fmt("xvd%s", letters);
}

bool rate_parse(const char *s, uint64_t *bytes)
{
    static const char units[] = "KMG";
    size_t digits = strspn(s, "0123456789");
    char *number = str_dup_n(s, digits);
    bool ok = str_number(number, 10, 1u << 30, bytes);
    const char *unit;

    free(number);
    s += digits;
    unit = *s ? strchr(units, *s) : NULL;
    if (unit) {
        for (s++; unit >= units; unit--)
            *bytes *= 1000;
    }
    ok = ok && *bytes && (*s == 'B' || *s == 'b') &&
         (strcmp(s + 1, "/s") == 0 || str_has_prefix(s + 1, "/s@"));
    if (ok && *s == 'b')
        *bytes /= 8;
    *bytes = *bytes * (RATE_INTERVAL_US / 1000) / 1000;
    return ok;
}

static void cpus_set(uint8_t *map, uint32_t lo, uint32_t hi, bool on)
{
    for (; lo <= hi; lo++) {
        if (on)
            map[lo / 8] |= (uint8_t)(1u << (lo % 8));
        else
            map[lo / 8] &= (uint8_t)~(1u << (lo % 8));
    }
}

bool cpus_parse(const char *s, uint8_t *map, uint32_t cpus)
{
    char *copy = str_dup(s), *save = NULL, *word;
    bool any = false, ok = true;

    memset(map, 0, (cpus + 7) / 8);
    for (word = strtok_r(copy, ", ", &save); word && ok;
         word = strtok_r(NULL, ", ", &save)) {
        bool on = *word != '^';
        char *dash = strchr(word += !on, '-');
        uint64_t lo, hi;

        if (strcmp(word, "all") == 0) {
            cpus_set(map, 0, cpus - 1, on);
            any = true;
            continue;
        }
        if (dash)
            *dash++ = '\0';
        ok = str_number(word, 10, cpus - 1, &lo);
        hi = lo;
        if (ok && dash)
            ok = str_number(dash, 10, cpus - 1, &hi) && hi >= lo;
        if (ok)
            cpus_set(map, (uint32_t)lo, (uint32_t)hi, on);
        any = true;
    }
    free(copy);
    return ok && any;
}
