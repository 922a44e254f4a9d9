/* SPDX-License-Identifier: MIT */
/* tools-cfg.c - any bytes as an xl.cfg: an error or a guest that reads back. */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/say.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char sink[256];
    struct cfg cfg = { 0 };
    struct guest g, again;

    say_capture(sink, sizeof(sink));
    if (cfg_parse(&cfg, "fuzz", (const char *)data, size) == 0 &&
        guest_from_cfg(&cfg, &g) == 0) {
        char *text = guest_to_cfg(&g);

        cfg_free(&cfg);
        if (cfg_parse(&cfg, "again", text, strlen(text)) < 0 ||
            guest_from_cfg(&cfg, &again) < 0)
            abort();
        guest_free(&again);
        guest_free(&g);
        free(text);
    }
    cfg_free(&cfg);
    return 0;
}
