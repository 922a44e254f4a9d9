/* SPDX-License-Identifier: MIT */
/*
 * config.c - reads the keeper's configuration.
 */
#include <errno.h>
#include <string.h>

#include "backends/common/log.h"
#include "backends/keeper/keeper.h"

static int parse_word(struct service *s, char *word, const char *file,
                      unsigned line)
{
    if (!s->name) {
        if (strchr(word, '/'))
            return fail(EINVAL, "%s:%u: the first word is the daemon's name, "
                        "without a slash, not \"%s\"", file, line, word);
        s->name = word;
    } else if (s->argc == 0 && strncmp(word, "listen=", 7) == 0) {
        if (s->nr_listen == KEEPER_LISTENS)
            return fail(EINVAL, "%s:%u: more than %d sockets", file, line,
                        KEEPER_LISTENS);
        s->listen[s->nr_listen++] = word + 7;
    } else if (s->argc == KEEPER_ARGS) {
        return fail(EINVAL, "%s:%u: more than %d words of command", file, line,
                    KEEPER_ARGS);
    } else {
        s->argv[s->argc++] = word;
    }
    return 0;
}

static int parse_line(struct keeper *k, char *text, const char *file,
                      unsigned line)
{
    struct service s = { .keeper = k };
    char *save, *word, *comment = strchr(text, '#');
    unsigned i;

    if (comment)
        *comment = '\0';
    for (word = strtok_r(text, " \t\r", &save); word;
         word = strtok_r(NULL, " \t\r", &save))
        if (parse_word(&s, word, file, line) < 0)
            return -EINVAL;
    if (!s.name)
        return 0;
    if (s.argc == 0 || s.argv[0][0] != '/')
        return fail(EINVAL, "%s:%u: daemon %s needs a command with its full "
                    "path", file, line, s.name);
    if (k->nr_services == KEEPER_SERVICES)
        return fail(EINVAL, "%s:%u: more than %d daemons", file, line,
                    KEEPER_SERVICES);
    for (i = 0; i < k->nr_services; i++)
        if (strcmp(k->services[i].name, s.name) == 0)
            return fail(EINVAL, "%s:%u: a second daemon called %s", file, line,
                        s.name);
    k->services[k->nr_services++] = s;
    return 0;
}

int keeper_parse(struct keeper *k, const char *file)
{
    char *at = k->text;
    unsigned line;

    for (line = 1; at; line++) {
        char *text = strsep(&at, "\n");

        if (parse_line(k, text, file, line) < 0)
            return -EINVAL;
    }
    return 0;
}
