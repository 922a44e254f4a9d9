# SPDX-License-Identifier: MIT
#
# Lint: the tree polices itself. Each script's exit status counts.

LINT_CHECKS += tests/lint/layers.sh tests/lint/size.sh tests/lint/format.sh \
    tests/census/census.sh tests/lint/headers.sh tests/lint/shell.sh tests/lint/words.sh
