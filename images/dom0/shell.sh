# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# shell.sh: boot the guest, then hand the console to whoever typed `make run`.
guest=$(option guest quick)
boot_guest "$guest" || stop_with "xl create /guests/$guest.cfg failed"
echo "@@ stage guest '$guest' is created"
if [ "$guest" = own ]; then
    expect 300 '(login:|[#$] *$|Welcome|up, address)' prompt ||
        echo "@@ note the guest has not shown a prompt yet"
else
    expect 300 '(login:|up, address)' prompt || stop_with "the guest did not boot: $(tail -n 3 "/run/console.$guest")"
fi
echo "@@ stage guest '$guest' is at its prompt"
detach_guest
cat <<END
@@ shell

You are in the control domain's shell, beside a running guest. Try next:

    xl list                    who runs, with how much
    $(printf %-26s "xl console $guest") the guest's own console (leave with Ctrl-])
    $(printf %-26s "xl shutdown -w $guest") stop it cleanly

Leave with 'exit', or from outside at once with Ctrl-A x.

END
size=$(option tty 24x80)
stty rows "${size%x*}" cols "${size#*x}" 2>/dev/null
setsid -c bash --rcfile /root/.bashrc -i </dev/hvc0 >/dev/hvc0 2>&1
stty sane
echo "@@ end 0"
