#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Weights, caps and thieves on two CPUs, under icount, in four seconds of virtual
# time each: every share is within 1 % of what is due.
SECONDS_EACH=4 SCHED_HV=ours MEASURES=weights:caps:thief exec "${0%/*}/sched.sh"
