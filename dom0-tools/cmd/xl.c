/* SPDX-License-Identifier: MIT */
/* xl.c - xl: finds the verb and runs it; verbs.def lists them, cmd.h helps. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/cmd/cmd.h"

bool xl_dry_run;

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *args, *what;
    const char *why_not; /* for what is not served */
} verbs[] = {
#define VERB(name, fn, args, what) { name, cmd_##fn, args, what, NULL },
#define OTHER(name, why) { name, NULL, NULL, NULL, why },
#include "dom0-tools/cmd/verbs.def"
#undef VERB
#undef OTHER
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *verb_find(const char *name)
{
    const struct verb *found = NULL;
    struct text could = { 0 };
    unsigned int n = 0;
    size_t i;

    for (i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
        if (str_has_prefix(verbs[i].name, name)) {
            found = &verbs[i];
            text_add(&could, "%s%s", n++ ? ", " : "", verbs[i].name);
        }
    }
    if (n == 1) {
        free(could.s);
        return found;
    }
    if (n == 0)
        fail("%s is no command; xl help lists them", name);
    else
        fail("%s could be %s", name, could.s);
    free(could.s);
    return NULL;
}

int usage(const char *verb)
{
    size_t i;

    for (i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, verb) == 0)
            fprintf(stderr, "Usage: xl [-vfNtT] %s %s\n", verb, verbs[i].args);
    return 2;
}

int cmd_help(int argc, char **argv)
{
    const struct verb *v;
    size_t i;

    if (argc > 1) {
        v = verb_find(argv[1]);
        if (!v)
            return 1;
        if (v->why_not)
            printf("xl %s: %s\n", v->name, v->why_not);
        else
            printf("Usage: xl [-vfNtT] %s %s\n\n%s.\n", v->name, v->args,
                   v->what);
        return 0;
    }
    printf("Usage xl [-vfNtT] <subcommand> [args]\n\n"
           "xl full list of subcommands:\n\n");
    for (i = 0; i < VERBS; i++)
        if (!verbs[i].why_not)
            printf(" %-19s %s\n", verbs[i].name, verbs[i].what);
    return 0;
}

int for_domains(int n, char **args,
                int (*each)(struct tools *t, uint32_t domid, void *arg),
                void *arg)
{
    struct tools t;
    int i, rc = 0;

    if (tools_open(&t) < 0)
        return 1;
    for (i = 0; i < n; i++) {
        uint32_t domid;

        if (domain_find(&t, args[i], &domid) < 0 || each(&t, domid, arg) != 0)
            rc = 1;
    }
    tools_close(&t);
    return rc;
}

bool parse_memory(const char *s, uint64_t *kib)
{
    static const char units[] = "bkmgt";
    size_t len = strlen(s);
    char *digits, unit = 'm';
    bool ok;
    int shift;

    if (len && strchr(units, s[len - 1] | 0x20)) {
        unit = s[len - 1] | 0x20;
        len--;
    }
    digits = str_dup_n(s, len);
    ok = str_number(digits, 10, 1ull << 40, kib);
    free(digits);
    shift = (int)(strchr(units, unit) - units) * 10 - 10;
    if (shift < 0)
        *kib >>= -shift;
    else if (ok && *kib >> (54 - shift))
        ok = false;
    else
        *kib <<= shift;
    return ok;
}

int main(int argc, char **argv)
{
    const struct verb *v;
    int c;

    while ((c = getopt(argc, argv, "+vfNtTh")) != -1) {
        if (c == 'v')
            say_verbose(1);
        else if (c == 'N')
            xl_dry_run = true;
        else if (c == 'h')
            return cmd_help(0, NULL);
        else if (c == '?')
            return 2;
    }
    if (optind == argc) {
        cmd_help(0, NULL);
        return 1;
    }
    v = verb_find(argv[optind]);
    if (!v)
        return 1;
    if (v->why_not) {
        fail("%s: %s", v->name, v->why_not);
        return 1;
    }
    argc -= optind;
    argv += optind;
    optind = 0; /* the verb reads its own options */
    c = v->run(argc, argv);
    if (fflush(stdout) != 0 && c == 0) {
        fail("cannot write the output");
        c = 1;
    }
    return c;
}
