/* SPDX-License-Identifier: MIT */
/*
 * uart.c - a 16550: output by polling a FIFO's worth at a time, input by
 * interrupt. The caller serialises output; input runs on the CPU of its line.
 */
#include "arch/x86/uart.h"

#include "arch/upcalls.h"
#include "arch/x86/insn.h"
#include "arch/x86/irq_private.h"

enum { THR = 0, RBR = 0, DLL = 0, DLM = 1, IER = 1, FCR = 2, LCR = 3, MCR = 4,
       LSR = 5, SCR = 7 };

#define LSR_DATA   0x01
#define LSR_EMPTY  0x20
#define FIFO_BYTES 16
#define SPIN_MAX   200000           /* a dead port must not stop the machine   */

static struct uart_config uart;
static bool present;

bool uart_init(const struct uart_config *config)
{
    uint8_t lcr;

    uart = *config;
    outb(uart.port + SCR, 0x5a);
    if (inb(uart.port + SCR) != 0x5a)
        return false;
    outb(uart.port + IER, 0);
    lcr = (uint8_t)((uart.data_bits - 5) | (uart.stop_bits == 2 ? 4 : 0));
    switch (uart.parity) {
    case 'o': lcr |= 0x08; break;
    case 'e': lcr |= 0x18; break;
    case 'm': lcr |= 0x28; break;
    case 's': lcr |= 0x38; break;
    }
    if (uart.baud) {
        uint16_t divisor = (uint16_t)(115200 / uart.baud);

        outb(uart.port + LCR, lcr | 0x80);
        outb(uart.port + DLL, (uint8_t)divisor);
        outb(uart.port + DLM, (uint8_t)(divisor >> 8));
    }
    outb(uart.port + LCR, lcr);
    outb(uart.port + FCR, 0x07);    /* FIFOs on and empty                      */
    outb(uart.port + MCR, 0x0b);    /* DTR, RTS, interrupt line                */
    present = true;
    return true;
}

void uart_write(const char *s, size_t n)
{
    if (!present)
        return;
    while (n > 0) {
        unsigned spin = 0;

        while (!(inb(uart.port + LSR) & LSR_EMPTY) && spin++ < SPIN_MAX)
            __builtin_ia32_pause();
        for (unsigned i = 0; i < FIFO_BYTES && n > 0; i++, n--)
            outb(uart.port + THR, (uint8_t)*s++);
    }
}

void uart_start_receive(void)
{
    if (present && irq_claim_gsi(uart.irq) == 0)
        outb(uart.port + IER, 0x01);
}

void uart_interrupt(void)
{
    for (unsigned i = 0; i < 256 && (inb(uart.port + LSR) & LSR_DATA); i++)
        console_receive((char)inb(uart.port + RBR));
}

uint16_t uart_port(void)
{
    return present ? uart.port : 0;
}
