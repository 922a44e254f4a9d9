/* SPDX-License-Identifier: MIT */
/* uart.h - one 16550 serial port. */
#ifndef SPLITRING_ARCH_UART_H
#define SPLITRING_ARCH_UART_H

#include "lib/types.h"

struct uart_config {
    uint16_t port;
    uint8_t irq;                /* GSI of the ISA line                        */
    uint32_t baud;              /* 0: as the firmware left it                 */
    uint8_t data_bits, stop_bits;
    char parity;                /* n o e m s                                  */
};

/* False: nothing answers at that port. */
bool uart_init(const struct uart_config *config);
void uart_write(const char *s, size_t n);
/* Lets received bytes interrupt (after irq_init); they go to console_receive(). */
void uart_start_receive(void);
/* The line has fired: reads what has come in. */
void uart_interrupt(void);
/* The ports that guests must not touch: first, or 0 when there is none. */
uint16_t uart_port(void);

#endif
