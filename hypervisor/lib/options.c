/* SPDX-License-Identifier: MIT */
/*
 * options.c - options of the hypervisor's boot line.
 */
#include "lib/options.h"

#include "lib/string.h"

const char *boot_options = "";

const char *boot_option(const char *name, char *buf, size_t size)
{
    const char *s = boot_options, *found = NULL;
    size_t n = strlen(name), len;

    while (*s != '\0') {
        while (*s == ' ')
            s++;
        if (strncmp(s, name, n) == 0 &&
            (s[n] == '=' || s[n] == ' ' || s[n] == '\0'))
            found = s + n;
        while (*s != '\0' && *s != ' ')
            s++;
    }
    if (!found || size == 0)
        return NULL;
    if (*found == '=')
        found++;
    for (len = 0; found[len] != '\0' && found[len] != ' '; len++)
        ;
    len = MIN(len, size - 1);
    memcpy(buf, found, len);
    buf[len] = '\0';
    return buf;
}
