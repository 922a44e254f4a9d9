/* SPDX-License-Identifier: MIT */
/*
 * console.c - the log ring, the serial line, and who gets what is typed there.
 *
 *   R1  Everything logged goes into the ring; the serial line sees it from
 *       console_init() on, what came before included.
 *   R2  Typed input is the control domain's until Ctrl-A was typed three times;
 *       then each key is a debug command, until three more.
 */
#include "core/console.h"

#include "arch/upcalls.h"
#include "arch/x86/uart.h"
#include "core/domain.h"
#include "lib/options.h"
#include "lib/printf.h"
#include "lib/string.h"

#define RING_SIZE   65536u
#define INPUT_SIZE  1024u
#define SWITCH_KEY  1               /* Ctrl-A                                  */
#define SWITCH_TIMES 3

static spinlock_t console_lock = SPINLOCK(console);
static char ring[RING_SIZE];
static uint32_t ring_start, ring_end;   /* free-running; the text is between   */
static unsigned lock_owner;             /* the CPU + 1 that prints, or 0       */
static bool serial_on, serial_unlocked, timestamps;
static int serial_level = LOG_INFO;     /* the last that is shown there        */

static char input[INPUT_SIZE];
static uint32_t input_head, input_tail;
static bool input_ours;
static unsigned switch_count;

/* An NMI may print while the CPU it came to was printing: then nothing is locked,
 * and the two lines mix. */
static bool lock(void)
{
    if (serial_unlocked || READ_ONCE(lock_owner) == this_cpu() + 1)
        return false;
    spin_lock(&console_lock);
    WRITE_ONCE(lock_owner, this_cpu() + 1);
    return true;
}

static void unlock(bool locked)
{
    if (!locked || serial_unlocked)
        return;
    WRITE_ONCE(lock_owner, 0);
    spin_unlock(&console_lock);
}

static void ring_put(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ring[ring_end++ % RING_SIZE] = s[i];
    if (ring_end - ring_start > RING_SIZE)
        ring_start = ring_end - RING_SIZE;
}

/* Newlines become CR LF on the wire. */
static void serial_put(const char *s, size_t n)
{
    while (n > 0) {
        const char *nl = s;

        while ((size_t)(nl - s) < n && *nl != '\n')
            nl++;
        uart_write(s, (size_t)(nl - s));
        n -= (size_t)(nl - s);
        s = nl;
        if (n > 0) {
            uart_write("\r\n", 2);
            s++;
            n--;
        }
    }
}

static void emit(enum log_level level, const char *s, size_t n)
{
    ring_put(s, n);
    if (serial_on && (int)level <= serial_level)
        serial_put(s, n);
}

static void vlog(enum log_level level, const char *fmt, va_list ap)
{
    static char line[1024];
    bool locked = lock();
    int n;

    n = snprintf(line, sizeof(line), "(XEN) ");
    if (timestamps) {
        uint64_t us = (uint64_t)time_now() / 1000;

        n += snprintf(line + n, sizeof(line) - (size_t)n, "[%5lu.%06lu] ",
                      us / 1000000, us % 1000000);
    }
    n += vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
    if (n >= (int)sizeof(line)) {
        n = sizeof(line) - 1;
        line[n - 1] = '\n';
    }
    emit(level, line, (size_t)n);
    unlock(locked);
}

void hv_log(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vlog(level, fmt, ap);
    va_end(ap);
}

void console_write(const char *buf, size_t n)
{
    bool locked = lock();

    if (serial_on)
        serial_put(buf, n);
    unlock(locked);
}

void console_force_unlock(void)
{
    serial_unlocked = true;
    serial_level = LOG_DEBUG;
    if (!serial_on)
        console_init();
}

/* "115200,8n1" with each part optional; anything else leaves 115200,8n1. */
static void parse_uart(const char *s, struct uart_config *c)
{
    const char *end;
    uint64_t baud = strtou64(s, &end);

    if (baud >= 50 && baud <= 115200)
        c->baud = (uint32_t)baud;
    if (strncmp(s, "auto", 4) == 0) {
        c->baud = 0;
        end = s + 4;
    }
    if (end[0] != ',' || end[1] < '5' || end[1] > '8')
        return;
    c->data_bits = (uint8_t)(end[1] - '0');
    if (end[2] && strchr("noems", end[2])) {
        c->parity = end[2];
        if (end[3] == '2')
            c->stop_bits = 2;
    }
}

static const struct { const char *words; int level; } levels[] = {
    { "none/none", LOG_ERR - 1 }, { "error/error", LOG_ERR },
    { "warning/warning", LOG_WARN }, { "info/info", LOG_INFO },
    { "all/all", LOG_DEBUG }, { "debug/debug", LOG_DEBUG },
};

/* The level whose name *s begins with, which then is what follows; or "?". */
static int parse_level(const char **s)
{
    for (unsigned i = 0; i < ARRAY_SIZE(levels); i++) {
        size_t n = strlen(levels[i].words) / 2;

        if (strncmp(*s, levels[i].words, n) == 0) {
            *s += n;
            return levels[i].level;
        }
    }
    *s = "?";
    return LOG_INFO;
}

const char *console_loglvl(void)
{
    unsigned i = 0;

    while (levels[i].level != serial_level)
        i++;
    return levels[i].words;
}

/* Of "lower/upper" the first is what is shown: nothing is shown at a rate. */
int console_loglvl_set(const char *words)
{
    int level = parse_level(&words);

    if (*words == '/' && words++)
        (void)parse_level(&words);
    if (*words != '\0')
        return fail(EINVAL, "loglvl=... %s", words);
    serial_level = level;
    return 0;
}

const char *console_timestamps(void)
{
    return timestamps ? "boot" : "none";
}

int console_timestamps_set(const char *word)
{
    if (strcmp(word, "boot") != 0 && strcmp(word, "none") != 0)
        return fail(EINVAL, "console_timestamps=%s", word);
    timestamps = word[0] == 'b';
    return 0;
}

void console_init(void)
{
    static const struct uart_config com[2] = {
        { 0x3f8, 4, 115200, 8, 1, 'n' }, { 0x2f8, 3, 115200, 8, 1, 'n' },
    };
    struct uart_config config;
    char value[64];
    unsigned n;

    if (boot_option("loglvl", value, sizeof(value)))
        (void)console_loglvl_set(value);
    if (boot_option("console_timestamps", value, sizeof(value)) &&
        console_timestamps_set(value))
        timestamps = true;              /* a form that we do not have          */
    n = boot_option("console", value, sizeof(value)) && strstr(value, "com2") ? 1 : 0;
    config = com[n];
    if (boot_option(n ? "com2" : "com1", value, sizeof(value)))
        parse_uart(value, &config);
    if (serial_on || !uart_init(&config))
        return;
    serial_on = true;
    for (uint32_t i = ring_start; i != ring_end; i++)       /* R1 */
        serial_put(&ring[i % RING_SIZE], 1);
}

size_t console_ring_read(char *buf, size_t n, uint32_t *index, bool incremental)
{
    bool locked = lock();
    size_t done = 0;
    uint32_t at;

    at = incremental ? *index : ring_start;
    if (ring_end - at > ring_end - ring_start)
        at = ring_start;
    while (done < n && at != ring_end)
        buf[done++] = ring[at++ % RING_SIZE];
    *index = at;
    unlock(locked);
    return done;
}

void console_ring_clear(void)
{
    bool locked = lock();

    ring_start = ring_end;
    unlock(locked);
}

size_t console_read(char *buf, size_t n)
{
    bool locked = lock();
    size_t done = 0;

    while (done < n && input_head != input_tail)
        buf[done++] = input[input_head++ % INPUT_SIZE];
    unlock(locked);
    return done;
}

void console_receive(char c)
{
    bool locked;

    if (c == SWITCH_KEY && ++switch_count == SWITCH_TIMES) {    /* R2 */
        switch_count = 0;
        input_ours = !input_ours;
        log_err("*** Serial input to %s (type Ctrl-A three times to switch)\n",
                input_ours ? "Splitring" : "DOM0");
        return;
    }
    if (c != SWITCH_KEY)
        switch_count = 0;
    if (input_ours) {
        if (c != SWITCH_KEY)
            console_key(c);
        return;
    }
    locked = lock();
    if (input_tail - input_head < INPUT_SIZE)
        input[input_tail++ % INPUT_SIZE] = c;
    unlock(locked);
    if (control_domain)
        virq_send_global(VIRQ_CONSOLE);
}
